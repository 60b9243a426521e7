/** @file Starting weights of a model of ours, by the names that its parameters have. */
import type { Model } from "@gen/core";
import { parameters } from "@gen/core";
import { glorot, type Param } from "./work.js";

/** Scales of norms are 1, other rows 0, matrices and kernels by Glorot, or 0 where `zero` matches their name. */
export function startsOf(model: Model, { zero }: { readonly zero?: RegExp } = {}): Param[] {
  return [...parameters(model)].map(([name, { shape }]) => ({ name, shape, start: startOf(name, shape, zero) }));
}

function startOf(name: string, shape: readonly number[], zero: RegExp | undefined): Param["start"] {
  if (shape.length < 2 || zero?.test(name) === true) return { value: name.endsWith(".scale") ? 1 : 0 };
  const [first, second, ...area] = shape as [number, number, ...number[]];
  const taps = area.reduce((a, b) => a * b, 1);
  return glorot(first * taps, second * taps);
}
