/** @file Metrics whose memory does not grow with the rows: none of them may look at a chunk once it has asked for the next. */
import { ndarray, type NdArray } from "@gen/core";
import { expect, it } from "vitest";
import { frechet, gaussianKernel, inceptionScore, kid, mmd, type Source } from "../src/index.js";
import { normals, streamed } from "./draws.js";

/** The rows in chunks of 50, all in one array, which each overwrites: who kept a chunk would see the last one in its place. */
function* overwritten({ data, shape: [n, width] }: NdArray): Generator<NdArray> {
  const one = new Float64Array(50 * width!);
  for (let at = 0; at < n!; at += 50) {
    one.set(data.subarray(at * width!, (at + 50) * width!) as Float64Array);
    yield ndarray(one, [50, width!], "f64");
  }
}

const [a, b] = [normals(1, [1000, 4]), normals(2, [1000, 4], { mean: 1 })];
const options = { replicates: 2 };
const blocks = { ...options, blockSize: 120 };

it.each<[string, (a: Source, b: Source) => Promise<unknown>]>([
  ["frechet", (a, b) => frechet(a, b, options)],
  ["kid", (a, b) => kid(a, b, blocks)],
  ["mmd", (a, b) => mmd(a, b, { ...blocks, kernel: gaussianKernel(2) })],
  ["inceptionScore", (a) => inceptionScore(a, options)],
])("%s keeps no rows", async (_, metric) => {
  const found = await metric(overwritten(a), overwritten(b));
  expect(found).toEqual(await metric(streamed(a, 50), streamed(b, 50)));
});
