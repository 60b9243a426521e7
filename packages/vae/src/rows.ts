/** @file What every model does with the rows that it is given. */
import { GenError, oneHot, sameShape, showShape, type Shape, type Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import type { Likelihood } from "./likelihood.js";

/** @throws GenError `shape` unless it is that of one row */
export function checkShape(shape: Shape, where: string): void {
  if (shape.length === 0 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new GenError(
      "shape",
      `${where}: expected the shape of one row, such as [1, 28, 28] for pictures, got ${showShape(shape)}`,
    );
  }
}

/** @throws GenError `range` unless it is a whole number, at least `least` */
export function checkWhole(name: string, value: number, { where, least }: { where: string; least: number }): void {
  if (!Number.isInteger(value) || value < least) {
    throw new GenError("range", `${where}: expected ${name} ≥ ${least}, got ${value}`);
  }
}

/** The codec of a model: what was given, or what suits its likelihood. @throws GenError `shape` for one of other rows */
export function codecFor(
  codec: Codec | undefined,
  { shape, likelihood, where }: { readonly shape: Shape; readonly likelihood: Likelihood; readonly where: string },
): Codec {
  const chosen = codec ?? likelihood.codec(shape);
  if (sameShape(chosen.input, shape)) return chosen;
  throw new GenError(
    "shape",
    `${where}: expected a codec of rows ${showShape(shape)}, got ${showShape(chosen.input)}`,
    {
      fix: "let shape be the codec's input",
    },
  );
}

/** @throws GenError `graph` unless there is a label exactly where there are classes */
export function checkLabel(label: Tensor | undefined, classes: number, where: string): void {
  if ((label === undefined) === (classes === 0)) return;
  throw new GenError(
    "graph",
    classes === 0
      ? `${where}: expected no label, as the model has no classes, got one`
      : `${where}: expected a label (one of ${classes} classes), got none`,
  );
}

/** Labels as rows of zeros with a one; nothing for a model without classes. */
export function classRows(label: Tensor | undefined, classes: number, where: string): Tensor | undefined {
  checkLabel(label, classes, where);
  return label === undefined ? undefined : oneHot(label, classes);
}
