/** @file What the data sets of this package have in common. */
import { GenError, nearestName, type Dataset } from "@gen/core";

/** A part of a data set. Train on "train", choose on "valid", report on "test". */
export type Split = "train" | "valid" | "test";

/**
 * Pictures, and maybe their classes. Fields: `x` u8 [C, H, W], intensity 0..255; `label` i32 [], an index into
 * `classes`, where the set has classes.
 */
export interface PictureDataset extends Dataset {
  readonly name: string;
  readonly split: Split;
  /** Names of the classes in the order of their labels; absent for pictures without labels. */
  readonly classes?: readonly string[];
  /** What is said of each picture: its name. */
  readonly texts?: readonly string[];
}

/**
 * Checks that a data set has the split that was asked for.
 *
 * @throws GenError `option` naming the splits there are.
 */
export function checkSplit<S extends Split>(name: string, split: string, known: readonly S[]): S {
  const found = known.find((each) => each === split);
  if (found !== undefined) return found;
  const near = nearestName(split, known);
  throw new GenError("option", `${name}: expected split ${known.join(" or ")}, got "${split}"`, {
    fix: near === undefined ? `use split "${known[0]!}"` : `did you mean "${near}"?`,
  });
}

/**
 * Checks row indices before they are used to address memory.
 *
 * @throws GenError `range` naming the first that is not a row.
 */
export function checkRows(name: string, indices: readonly number[], length: number): void {
  for (const index of indices) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= length) {
      throw new GenError("range", `${name}: expected a row below ${length}, got ${index}`);
    }
  }
}
