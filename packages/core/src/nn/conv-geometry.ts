/** @file How convolution layers spell their options: one number for all axes, padding by name. */
import { GenError } from "../error.js";
import type { Shape } from "../shape.js";

/** One number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * Zeros on both sides of each axis; or as many as make the extent ⌈n / stride⌉ (transposed: n · stride), on both sides
 * ("same") or all before the first element ("causal", of one axis): then no result sees what comes after it.
 */
export type Padding = PerAxis | "same" | "causal";

export interface ConvOptions {
  /** Channels that come in. */
  readonly inputs: number;
  /** Channels that go out. */
  readonly outputs: number;
  /** Extent of the kernel. */
  readonly kernel: PerAxis;
  /** @default 1 */
  readonly stride?: PerAxis;
  /** @default 0 */
  readonly padding?: Padding;
  /** Distance between the kernel's taps. @default 1 */
  readonly dilation?: PerAxis;
  /** Channels are cut into this many groups, which do not see each other. @default 1 */
  readonly groups?: number;
  /** @default true */
  readonly bias?: boolean;
}

export interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: readonly number[] | "same" | "causal";
  readonly groups: number;
}

/** @throws GenError `option` for a count of axes that is not `rank`, or groups that do not divide the channels */
export function geometryOf(options: ConvOptions, rank: number, where: string): Geometry {
  const { inputs, outputs, kernel, stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const each = (value: PerAxis, name: string, least: number): readonly number[] => {
    const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
    if (list.length !== rank || !list.every((n) => Number.isInteger(n) && n >= least)) {
      throw new GenError(
        "option",
        `${where}: expected ${rank} whole numbers ≥ ${least} as ${name}, got [${list.join(", ")}]`,
      );
    }
    return list;
  };
  if (inputs % groups !== 0 || outputs % groups !== 0) {
    throw new GenError(
      "option",
      `${where}: expected groups that divide ${inputs} and ${outputs} channels, got ${groups}`,
    );
  }
  if (padding === "causal" && rank !== 1) {
    throw new GenError("option", `${where}: expected "causal" padding of one axis only, got ${rank} axes`, {
      fix: "mask the kernel instead: weightMap: masked(pixelMask(…))",
    });
  }
  return {
    kernel: each(kernel, "kernel", 1),
    strides: each(stride, "stride", 1),
    dilations: each(dilation, "dilation", 1),
    padding: typeof padding === "string" ? padding : each(padding, "padding", 0),
    groups,
  };
}

/** Zeros before and after each axis of extent `size`: all befores, then all afters. */
export function padsFor({ kernel, strides, dilations, padding }: Geometry, size: Shape): number[] {
  if (typeof padding !== "string") return [...padding, ...padding];
  const reach = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  if (padding === "causal") return [reach[0]! - 1, 0];
  return halves(size.map((n, i) => Math.max((Math.ceil(n / strides[i]!) - 1) * strides[i]! + reach[i]! - n, 0)));
}

/** How a transposed convolution enlarges `size`: what is cut off at both ends, and the extents that come out. */
export function enlarged(
  { kernel, strides, dilations, padding }: Geometry,
  size: Shape,
  extra: readonly number[],
): { pads: number[]; size: number[] } {
  const reach = kernel.map((k, i) => (k - 1) * dilations[i]! + 1);
  const surplus = reach.map((r, i) => Math.max(r - strides[i]!, 0));
  if (padding === "same") return { pads: halves(surplus), size: size.map((n, i) => n * strides[i]!) };
  if (padding === "causal") return { pads: [0, ...surplus], size: size.map((n, i) => n * strides[i]!) };
  return {
    pads: [...padding, ...padding],
    size: size.map((n, i) => (n - 1) * strides[i]! - 2 * padding[i]! + reach[i]! + extra[i]!),
  };
}

/** Split into befores, the smaller halves, and afters. */
function halves(totals: readonly number[]): number[] {
  return [...totals.map((n) => Math.floor(n / 2)), ...totals.map((n) => Math.ceil(n / 2))];
}
