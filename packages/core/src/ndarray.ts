/** @file NdArray: numbers on the host. Data, not symbols: it shares no method with Tensor. */
import { allocate, isWide, type Data, type DataOf, type DType } from "./dtype.js";
import { GenError } from "./error.js";
import { checkShape, showShape, sizeOf, type Shape } from "./shape.js";

/** A dense row-major array. `data` is held, not copied: treat it as read-only once it is shared. */
export interface NdArray<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: DataOf<D>;
}

/**
 * An array from numbers or from a typed array of the right kind (which is held, not copied).
 *
 * @throws GenError `shape` if the count of numbers is not the product of the extents.
 */
export function ndarray<D extends DType = "f32">(
  values: Data | readonly (number | bigint | boolean)[],
  shape: Shape = [values.length],
  dtype: D = "f32" as D,
): NdArray<D> {
  checkShape(shape, "ndarray");
  if (values.length !== sizeOf(shape)) {
    throw new GenError(
      "shape",
      `ndarray: expected ${sizeOf(shape)} values for ${showShape(shape)}, got ${values.length}`,
    );
  }
  const empty = allocate(dtype, 0);
  if (ArrayBuffer.isView(values) && values.constructor === empty.constructor) {
    return { dtype, shape: [...shape], data: values as DataOf<D> };
  }
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    data[i] = isWide(dtype) ? BigInt(value) : Number(value);
  }
  return { dtype, shape: [...shape], data };
}

/** An array of zeros. */
export function zeros<D extends DType = "f32">(shape: Shape, dtype: D = "f32" as D): NdArray<D> {
  return { dtype, shape: [...shape], data: allocate(dtype, sizeOf(shape)) };
}

/** The element of an array that has just one. */
export function scalarOf(array: NdArray): number {
  if (array.data.length !== 1) {
    throw new GenError("shape", `scalarOf: expected one element, got ${showShape(array.shape)}`);
  }
  return Number(array.data[0]);
}
