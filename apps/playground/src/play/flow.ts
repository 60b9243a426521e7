/** @file The flows of the plane: points from either side to the other, with log p exactly. */
import type { NdArray } from "@gen/core/sample";
import type { OpenModel } from "../models/engine.js";
import { f32 } from "./arrays.js";

/** The side of noise, and the side of data. */
export type Side = "z" | "x";

/** The same points on both sides, [a, b] after [a, b]. */
export interface Mapped {
  readonly z: Float32Array;
  readonly x: Float32Array;
  /** log p(x) of each, in nats. */
  readonly logProb: Float32Array;
}

/** Points that lie on one side. */
export async function mapped(model: OpenModel, side: Side, points: Float32Array): Promise<Mapped> {
  const x = side === "x" ? points : await decoded(model, points);
  const { z, logprob } = await model.run("network.onnx", { x: rows(x) });
  return { x, z: side === "z" ? points : numbers(z), logProb: numbers(logprob) };
}

/** Codes to points of the data. */
export async function decoded(model: OpenModel, z: Float32Array): Promise<Float32Array> {
  const { x } = await model.run("decode.onnx", { z: rows(z) });
  return numbers(x);
}

/** log N(z; 0, I) in the plane, in nats. */
export const logNormal = (a: number, b: number): number => -(a * a + b * b) / 2 - Math.log(2 * Math.PI);

const rows = (points: Float32Array): NdArray => f32(points, [points.length / 2, 2]);
const numbers = (array: NdArray | undefined): Float32Array => array!.data as Float32Array;
