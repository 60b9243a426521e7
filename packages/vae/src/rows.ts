/** @file What every model of pictures does with the rows that it is given. */
import { GenError, oneHot, showShape, type Shape, type Tensor } from "@gen/core";
import type { Likelihood } from "./likelihood.js";

/** @throws GenError `shape` unless it is that of one picture */
export function checkShape(shape: Shape, where: string): void {
  if (shape.length === 0 || !shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new GenError(
      "shape",
      `${where}: expected the shape of one picture, such as [1, 28, 28], got ${showShape(shape)}`,
    );
  }
}

/** @throws GenError `range` unless it is a whole number, at least `least` */
export function checkWhole(name: string, value: number, { where, least }: { where: string; least: number }): void {
  if (!Number.isInteger(value) || value < least) {
    throw new GenError("range", `${where}: expected ${name} ≥ ${least}, got ${value}`);
  }
}

/** Pictures, u8 or intensities, as the likelihood takes them. @throws GenError `shape` for those of another shape */
export function preparedRows(
  x: Tensor,
  { shape, likelihood, where }: { readonly shape: Shape; readonly likelihood: Likelihood; readonly where: string },
): Tensor {
  const given = x.shape.slice(1);
  if (showShape(given) !== showShape(shape)) {
    throw new GenError("shape", `${where}: expected pictures ${showShape(shape)}, got ${showShape(given)}`);
  }
  return likelihood.prepare(x.dtype === "u8" ? x.cast("f32").mul(1 / 255) : x);
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
