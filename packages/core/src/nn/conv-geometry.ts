/** @file How convolution layers spell their options: one number for all axes, padding by name. */
import { GenError } from "../error.js";
import type { Shape } from "../shape.js";

/** One number for every spatial axis, or one for each. */
export type PerAxis = number | readonly number[];

/** Zeros on both sides of each axis, or as many as make the extent ⌈n / stride⌉ (transposed: n · stride). */
export type Padding = PerAxis | "same";

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
  readonly padding: readonly number[] | "same";
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
  return {
    kernel: each(kernel, "kernel", 1),
    strides: each(stride, "stride", 1),
    dilations: each(dilation, "dilation", 1),
    padding: padding === "same" ? "same" : each(padding, "padding", 0),
    groups,
  };
}

/** Zeros before and after each axis of extent `size`: all befores, then all afters. */
export function padsFor({ kernel, strides, dilations, padding }: Geometry, size: Shape): number[] {
  if (padding !== "same") return [...padding, ...padding];
  const totals = size.map((n, i) => {
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.max((Math.ceil(n / strides[i]!) - 1) * strides[i]! + reach - n, 0);
  });
  return [...totals.map((n) => Math.floor(n / 2)), ...totals.map((n) => Math.ceil(n / 2))];
}
