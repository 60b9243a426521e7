/** @file How a parameter or state starts: data, so that a model is a description without numbers. */
import type { NdArray } from "../ndarray.js";

export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "array"; readonly value: NdArray };

/** Every element equal to `value`. */
export const constantInit = (value: number): Initializer => ({ kind: "constant", value });

/** Draws from N(mean, std²). */
export const normalInit = ({ mean = 0, std }: { mean?: number; std: number }): Initializer => ({
  kind: "normal",
  mean,
  std,
});

/** Draws from U(low, high). */
export const uniformInit = (low: number, high: number): Initializer => ({ kind: "uniform", low, high });

/** These very numbers. */
export const arrayInit = (value: NdArray): Initializer => ({ kind: "array", value });
