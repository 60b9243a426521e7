/** @file Pooling: windows of a picture (or of a line) summed up by their largest number or their mean. */
import { GenError } from "../error.js";
import { showShape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { PerAxis } from "./conv-geometry.js";

/** Below every f32 that is likely: WebGPU promises nothing about infinities. */
const LOWEST = -3.4e38;

export interface PoolOptions {
  /** Extent of the window. */
  readonly kernel: PerAxis;
  /** From one window to the next. @default kernel */
  readonly stride?: PerAxis;
  /** Zeros (mean) or nothing (max) on both sides of each axis; at most half a window. @default 0 */
  readonly padding?: PerAxis;
}

/**
 * The largest number of each window. Where several are equal, they share the gradient.
 *
 * @param x [N, C, …S]
 * @returns [N, C, …S'], S' = ⌊(S + 2·padding − kernel) / stride⌋ + 1
 * @throws GenError `shape` for a window larger than the picture, `option` for extents that are no whole numbers
 */
export function maxPool(x: Tensor, options: PoolOptions): Tensor {
  return pooled(x, { ...options, empty: LOWEST, where: "maxPool" }, (a, b) => a.maximum(b));
}

/**
 * The mean of each window, zeros of the padding included.
 *
 * @param x [N, C, …S]
 * @returns [N, C, …S'], S' = ⌊(S + 2·padding − kernel) / stride⌋ + 1
 * @throws GenError as {@link maxPool}
 */
export function averagePool(x: Tensor, options: PoolOptions): Tensor {
  const kernel = perAxis(x, options.kernel, "averagePool", 1);
  const stride = perAxis(x, options.stride ?? kernel, "averagePool", 1);
  const isTiled = (options.padding ?? 0) === 0 && kernel.every((k, i) => k === stride[i] && x.shape[i + 2]! % k === 0);
  if (isTiled) {
    const tiles = x.reshape([...x.shape.slice(0, 2), ...kernel.flatMap((k, i) => [x.shape[i + 2]! / k, k])]);
    return tiles.mean(kernel.map((_, i) => 2 * i + 3)); // two passes, and two for the gradient
  }
  const total = pooled(x, { ...options, empty: 0, where: "averagePool" }, (a, b) => a.add(b));
  return total.mul(1 / kernel.reduce((a, b) => a * b, 1));
}

/** The mean of all positions: [N, C, …S] → [N, C]. */
export function globalAveragePool(x: Tensor): Tensor {
  return x.flatten(2).mean(2);
}

/** The largest number of all positions: [N, C, …S] → [N, C]. */
export function globalMaxPool(x: Tensor): Tensor {
  return x.flatten(2).max(2);
}

interface Windows extends PoolOptions {
  /** What the padding holds. */
  readonly empty: number;
  readonly where: string;
}

/** Axis by axis, since windows are boxes: each place of the window is a slice, and the slices are joined. */
function pooled(x: Tensor, { empty, where, ...options }: Windows, join: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const kernel = perAxis(x, options.kernel, where, 1);
  const stride = perAxis(x, options.stride ?? options.kernel, where, 1);
  const padding = perAxis(x, options.padding ?? 0, where, 0);
  if (padding.some((p, i) => 2 * p > kernel[i]!)) {
    throw new GenError("option", `${where}: expected padding of at most half a window, got ${showShape(padding)}`);
  }
  const widths = [0, 0, ...padding];
  const wide = padding.some((p) => p > 0) ? x.pad(widths, widths, empty) : x;
  return kernel.reduce((y, k, i) => {
    const [axis, step] = [i + 2, stride[i]!];
    const count = Math.floor((y.shape[axis]! - k) / step) + 1;
    if (count < 1) {
      throw new GenError(
        "shape",
        `${where}: expected a window that fits, got ${showShape(kernel)} of ${showShape(x.shape)}`,
      );
    }
    return placesOf(y, { axis, k, step, count }).reduce(join);
  }, wide);
}

interface Window {
  readonly axis: number;
  readonly k: number;
  readonly step: number;
  readonly count: number;
}

/** For each place of the window, the elements that stand there in the windows along an axis. */
function placesOf(y: Tensor, { axis, k, step, count }: Window): Tensor[] {
  const [lead, tail] = [y.shape.slice(0, axis), y.shape.slice(axis + 1)];
  const rest = tail.reduce((a, b) => a * b, 1);
  if (k === step && y.shape[axis] === k * count) {
    // Side by side in memory: each slice is a few long copies instead of one for each element.
    return y
      .reshape([...lead, count, k * rest])
      .split(new Array<number>(k).fill(rest))
      .map((place) => place.reshape([...lead, count, ...tail]));
  }
  return Array.from({ length: k }, (_, place) => y.slice(axis, place, { end: place + (count - 1) * step + 1, step }));
}

function perAxis(x: Tensor, value: PerAxis, where: string, least: number): readonly number[] {
  const rank = x.rank - 2;
  const list = typeof value === "number" ? new Array<number>(Math.max(rank, 0)).fill(value) : value;
  if (rank < 1) throw new GenError("shape", `${where}: expected [N, C, …], got ${showShape(x.shape)}`);
  if (list.length !== rank || !list.every((n) => Number.isInteger(n) && n >= least)) {
    throw new GenError("option", `${where}: expected ${rank} whole numbers ≥ ${least}, got [${list.join(", ")}]`);
  }
  return list;
}
