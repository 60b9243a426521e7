/**
 * @file Pictures in other sizes: enlarged or reduced by interpolation, and channels exchanged for positions. Everything is
 * a movement of elements or a product with a fixed matrix, whose gradients are the same again.
 */
import { GenError } from "../error.js";
import { ndarray } from "../ndarray.js";
import { showShape } from "../shape.js";
import { constant, type Tensor } from "../tensor/tensor.js";

/**
 * Each pixel repeated: `factor` times along each axis.
 *
 * @param x [N, C, …S]
 * @param factor a whole number ≥ 1, or one for each axis
 * @returns [N, C, …S · factor]
 */
export function enlarge(x: Tensor, factor: number | readonly number[]): Tensor {
  const size = spatial(x, "enlarge");
  const factors = typeof factor === "number" ? size.map(() => factor) : factor;
  if (factors.length !== size.length || !factors.every((f) => Number.isInteger(f) && f >= 1)) {
    throw new GenError("range", `enlarge: expected ${size.length} whole numbers ≥ 1, got [${factors.join(", ")}]`);
  }
  const lead = x.shape.slice(0, 2);
  const apart = x.reshape([...lead, ...size.flatMap((n) => [n, 1])]); //            [N, C, H, 1, W, 1]
  const repeated = apart.expand([...lead, ...size.flatMap((n, i) => [n, factors[i]!])]);
  return repeated.reshape([...lead, ...size.map((n, i) => n * factors[i]!)]);
}

export interface ResizeOptions {
  /** The extents that come out, one for each spatial axis. */
  readonly size: readonly number[];
  /** @default "linear" */
  readonly mode?: "linear" | "nearest";
  /** The centres of the corner pixels stay at the corners; otherwise their outer edges do. @default false */
  readonly alignCorners?: boolean;
}

/**
 * Resizes by interpolation: the result at i lies at position p of the source,
 *
 *     p = (i + ½) S/S' − ½      or i (S − 1)/(S' − 1) with aligned corners
 *
 * and is the mean of the two pixels beside p, weighed by nearness ("linear"; of two axes: bilinear), or the pixel
 * ⌊i S/S'⌋ ("nearest"). As in PyTorch and ONNX; nothing is blurred before it is reduced.
 *
 * @param x [N, C, …S]
 * @returns [N, C, …size]
 */
export function resize(x: Tensor, { size, mode = "linear", alignCorners = false }: ResizeOptions): Tensor {
  const from = spatial(x, "resize");
  if (size.length !== from.length || !size.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new GenError("shape", `resize: expected ${from.length} extents ≥ 1, got ${showShape(size)}`);
  }
  return size.reduce((y, to, i) => alongAxis(y, i + 2, weights(from[i]!, to, { mode, alignCorners })), x);
}

/** Share of each source position in each result, [from][to]. */
function weights(from: number, to: number, { mode, alignCorners }: Required<Omit<ResizeOptions, "size">>): number[][] {
  const table = Array.from({ length: from }, () => new Array<number>(to).fill(0));
  for (let i = 0; i < to; i++) {
    if (mode === "nearest") {
      table[Math.min(Math.floor((i * from) / to), from - 1)]![i] = 1;
      continue;
    }
    const at = alignCorners ? (to === 1 ? 0 : (i * (from - 1)) / (to - 1)) : ((i + 0.5) * from) / to - 0.5;
    const inside = Math.min(Math.max(at, 0), from - 1);
    const low = Math.min(Math.floor(inside), from - 1);
    const share = inside - low;
    table[low]![i]! += 1 - share;
    if (share > 0) table[low + 1]![i]! += share;
  }
  return table;
}

/** A product with a matrix [from, to] along one axis. */
function alongAxis(x: Tensor, axis: number, table: readonly (readonly number[])[]): Tensor {
  const matrix = constant(ndarray(table.flat(), [table.length, table[0]!.length])).cast(x.dtype);
  if (axis === x.rank - 1) return x.matmul(matrix);
  const order = x.shape.map((_, i) => (i === axis ? x.rank - 1 : i === x.rank - 1 ? axis : i));
  return axis === x.rank - 2 ? matrix.transpose().matmul(x) : x.transpose(order).matmul(matrix).transpose(order);
}

/**
 * Blocks of channels laid out as blocks of pixels, "pixel shuffle": channel c·b² + i·b + j of a pixel becomes pixel
 * (i, j) of a b×b block in channel c.
 *
 * @param x [N, C·b², H, W]
 * @returns [N, C, H·b, W·b]
 * @see Shi et al. 2016, "Real-time single image and video super-resolution …", eq. 4. arXiv:1609.05158
 */
export function depthToSpace(x: Tensor, block: number): Tensor {
  const [n, channels, h, w] = pictures(x, "depthToSpace");
  if (channels % block ** 2 !== 0) {
    throw new GenError("shape", `depthToSpace: expected channels that ${block}² divides, got ${channels}`);
  }
  const c = channels / block ** 2;
  const apart = x.reshape([n, c, block, block, h, w]).transpose([0, 1, 4, 2, 5, 3]); // [N, C, H, b, W, b]
  return apart.reshape([n, c, h * block, w * block]);
}

/**
 * Blocks of pixels laid out as channels, the inverse of {@link depthToSpace}; the "squeeze" of multi-scale flows.
 *
 * @param x [N, C, H, W], whose extents the block divides
 * @returns [N, C·b², H/b, W/b]
 */
export function spaceToDepth(x: Tensor, block: number): Tensor {
  const [n, c, h, w] = pictures(x, "spaceToDepth");
  if (h % block !== 0 || w % block !== 0) {
    throw new GenError("shape", `spaceToDepth: expected rows and columns that ${block} divides, got ${h}×${w}`);
  }
  const apart = x.reshape([n, c, h / block, block, w / block, block]).transpose([0, 1, 3, 5, 2, 4]); // [N, C, b, b, H/b, W/b]
  return apart.reshape([n, c * block ** 2, h / block, w / block]);
}

function spatial(x: Tensor, where: string): readonly number[] {
  if (x.rank < 3) throw new GenError("shape", `${where}: expected [N, C, …], got ${showShape(x.shape)}`);
  return x.shape.slice(2);
}

function pictures(x: Tensor, where: string): [number, number, number, number] {
  if (x.rank !== 4) throw new GenError("shape", `${where}: expected [N, C, H, W], got ${showShape(x.shape)}`);
  return x.shape as [number, number, number, number];
}
