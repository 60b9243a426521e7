/** @file Data sets of pictures that lie in memory. */
import { GenError, takeRows, type NdArray, type Rows } from "@gen/core";
import { checkRows, type PictureDataset, type Split } from "./dataset.js";

export interface PicturesOptions {
  readonly name: string;
  readonly split: Split;
  /** u8 [N, H, W] or [N, C, H, W], 0..255. */
  readonly x: NdArray;
  /** Whole numbers [N], each an index into `classes`. */
  readonly labels?: { readonly values: NdArray; readonly classes: readonly string[] };
}

/**
 * Pictures and their labels as a data set, after a check that they belong together.
 *
 * @throws GenError `shape`, `dtype` or `data` naming the array that does not fit.
 */
export function pictures({ name, split, x, labels }: PicturesOptions): PictureDataset {
  if (x.dtype !== "u8") throw new GenError("dtype", `${name}: pictures: expected u8, got ${x.dtype}`);
  if (x.shape.length !== 3 && x.shape.length !== 4) {
    throw new GenError("shape", `${name}: pictures: expected [N, H, W] or [N, C, H, W], got [${x.shape.join(", ")}]`);
  }
  const length = x.shape[0]!;
  const shape = x.shape.length === 3 ? [1, ...x.shape.slice(1)] : x.shape.slice(1); // [C, H, W]
  const stacked: NdArray = { dtype: "u8", shape: [length, ...shape], data: x.data };
  const field = { x: { dtype: "u8", shape } } as const;
  const common = { name, split, length };
  if (labels === undefined) {
    return {
      ...common,
      fields: field,
      rows: (indices): Rows => (checkRows(name, indices, length), { x: takeRows(stacked, indices) }),
    };
  }
  const label = labelsOf(name, labels.values, { length, classes: labels.classes.length });
  return {
    ...common,
    fields: { ...field, label: { dtype: "i32", shape: [] } },
    classes: labels.classes,
    rows(indices): Rows {
      checkRows(name, indices, length);
      return { x: takeRows(stacked, indices), label: takeRows(label, indices) };
    },
  };
}

function labelsOf(name: string, values: NdArray, expected: { length: number; classes: number }): NdArray {
  if (values.shape.length !== 1 || values.shape[0] !== expected.length) {
    throw new GenError("shape", `${name}: labels: expected [${expected.length}], got [${values.shape.join(", ")}]`, {
      fix: "take pictures and labels of the same split",
    });
  }
  const data = Int32Array.from(values.data as Uint8Array);
  const wrong = data.findIndex((label) => label < 0 || label >= expected.classes);
  if (wrong >= 0) {
    throw new GenError(
      "data",
      `${name}: label of row ${wrong}: expected 0 to ${expected.classes - 1}, got ${data[wrong]!}`,
    );
  }
  return { dtype: "i32", shape: [expected.length], data };
}
