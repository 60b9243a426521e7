/**
 * @file Which spelling a convolution and its gradients get. On the CPU provider those that are wide enough become products
 * of gathered rows (conv-products.ts; measured in docs/decisions/0015). The others, on onnxruntime's CPU provider
 * (AVX-512, 2 threads), 3×3, in GFLOP/s; the forward convolution runs at 91 to 114:
 *
 *     batch, channels, extent     one Conv with a huge kernel     products of shifted slices
 *     32, 64, 32                  21                              47
 *     32, 128, 16                 26                              56
 *     64, 32, 28                  18                              41
 *     128, 64, 14                 32                              57
 *
 * With a stride of 2 the slices are strided copies, and one Conv, dilated, wins (4×4, batch 64, in ms):
 *
 *     channels in and out, extent     one Conv     products of shifted slices
 *     3, 32, 32                       3.4          4.3
 *     32, 64, 16                      10.6         21.2
 *     64, 128, 8                      7.7          15.6
 *
 * On WebGPU one Conv leaves a GPU idle: its result has as many places as the kernel, and each is a sum over the batch and
 * the whole extent. As products of slices there is one for each row of the batch, of a sum as long as the extent.
 */
import type { DType } from "../dtype.js";
import type { ConvAttrs } from "../ir/ops.js";
import { sizeOf, type Shape } from "../shape.js";
import { typeOf } from "../ir/node.js";
import type { ConvNode } from "./channels-last.js";
import { forwardReach, meeting, neighbours, residuesOf, type Reach } from "./conv-products.js";
import type { Target } from "./target.js";

/**
 * - `conv`: one Conv, whose kernel is the cotangent; runs on every provider;
 * - `slices`: a slice of the padded input for each place of the kernel, joined, times the cotangent, summed over the batch.
 */
export type WeightGradForm = "conv" | "slices";

/** Above this many places, their slices are too many copies of the input; on WebGPU, also too many buffers of one Concat. */
const PLACES: Readonly<Record<Target, number>> = { portable: 0, cpu: 49, webgpu: 16 };

export interface WeightGradCase {
  readonly target: Target;
  readonly dtype: DType;
  readonly strides: Shape;
  readonly groups: number;
  readonly kernelSize: Shape;
}

export function weightGradForm({ target, dtype, strides, groups, kernelSize }: WeightGradCase): WeightGradForm {
  const fits = dtype === "f32" && groups === 1 && strides.every((stride) => stride === 1);
  return fits && sizeOf(kernelSize) <= PLACES[target] ? "slices" : "conv";
}

/**
 * - `flipped`: a Conv of the cotangent with the kernel turned round; as fast as the forward one, stride 1 only;
 * - `transposed`: ConvTranspose, at half the speed, and on one thread.
 */
export type InputGradForm = "flipped" | "transposed";

/** @param pads what the flipped convolution would have to pad: Conv cannot crop */
export function inputGradForm({ strides }: ConvAttrs, pads: readonly number[]): InputGradForm {
  return strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0) ? "flipped" : "transposed";
}

/** Numbers that a gather should copy at once, at least: below, finding them costs more than the product gains. */
const ROW = 6;
/** Columns that a product should have: fewer leave its kernel idle. */
const COLUMNS = 8;
/** Bytes of the rows that the places of one picture see, by number: they are a constant of the file. */
const TABLE_BYTES = 4 * 2 ** 20;

/** Is this convolution a product of gathered rows (conv-products.ts) on the CPU? */
export function isProduct(node: ConvNode): boolean {
  if (typeOf(node).dtype !== "f32" || node.attrs.groups !== 1) return false;
  const { channels, columns, reaches } = seenBy(node);
  return reaches.every((reach) => {
    const taps = sizeOf(reach.map(({ offsets }) => offsets.length));
    const bytes = 4 * sizeOf(reach.map(({ places }) => places)) * taps;
    const isWorthIt = columns >= COLUMNS && neighbours(reach) * channels >= ROW;
    return taps > 0 && isWorthIt && (taps === 1 || bytes <= TABLE_BYTES);
  });
}

interface Seen {
  /** Of what is gathered. */
  readonly channels: number;
  /** Of each product's result. */
  readonly columns: number;
  /** For each product, along each axis. */
  readonly reaches: readonly (readonly Reach[])[];
}

function seenBy(node: ConvNode): Seen {
  const [a, b] = node.inputs.map((input) => typeOf(input).shape) as [Shape, Shape];
  const channels = a[1]!;
  if (node.op === "convInputGrad") {
    const { strides, inputSize } = node.attrs;
    const reaches = residuesOf(strides).map((residue) =>
      residue.map((r, i) => ({
        places: Math.ceil(inputSize[i]! / strides[i]!),
        stride: 1,
        offsets: meeting(node, i, r).offsets,
      })),
    );
    return { channels, columns: b[1]!, reaches };
  }
  const kernel = node.op === "conv" ? b.slice(2) : node.attrs.kernelSize;
  const out = node.op === "conv" ? typeOf(node).shape.slice(2) : b.slice(2);
  return {
    channels,
    columns: node.op === "conv" ? b[0]! : b[1]!,
    reaches: [forwardReach(node.attrs, kernel, out)],
  };
}
