/** @file What the Parzen-window log-likelihood of MNIST is worth: blurred pictures beat real ones. */
import { key, ndarray, permutation, type NdArray } from "@gen/core";
import { node } from "@gen/core/node";
import { mnist } from "@gen/data/node";
import { expect, it } from "vitest";
import { onRuntime, parzen } from "../src/index.js";
import { neighbours } from "../src/pairs.js";
import { gather, slice } from "../src/points.js";

const [SAMPLES, POOL, K] = [10_000, 20_000, 10];

it("of real training pictures is near 244 nats, and of means of neighbours near 340", async ({ skip }) => {
  skip(process.env["GEN_DATA_DIR"] === undefined, "GEN_DATA_DIR is not set");
  const runtime = await node();
  const multiply = onRuntime(runtime);
  const train = await mnist({ split: "train" });
  const order = [...permutation(key(7), train.length)];
  const unit = async (data: typeof train, rows: number[]): Promise<NdArray> => {
    const { x } = await data.rows(rows);
    return ndarray(
      Float32Array.from(x!.data as Uint8Array, (value) => value / 255),
      [rows.length, 784],
    );
  };
  const test = await mnist({ split: "test" });
  const sets = {
    validation: await unit(train, order.slice(50_000, 51_000)),
    test: await unit(
      test,
      Array.from({ length: 2000 }, (_, i) => 5 * i),
    ),
  };
  const pool = await gather(await unit(train, order.slice(0, POOL)), { where: "test", least: 1, key: key(0) });
  const real = slice(pool, 0, SAMPLES);
  const asArray = (data: Float32Array<ArrayBuffer>): NdArray => ndarray(data, [SAMPLES, 784]);
  const ofReal = await parzen({ ...sets, samples: asArray(Float32Array.from(real.data)) }, { multiply });
  expect(Math.abs(ofReal.logLikelihood.value - 244)).toBeLessThan(3 * ofReal.logLikelihood.standardError);

  const { indices } = await neighbours(real, { k: K, of: pool, multiply });
  const means = new Float32Array(SAMPLES * 784);
  indices.forEach((row, i) => {
    const to = Math.floor(i / K) * 784;
    for (let d = 0; d < 784; d++) means[to + d]! += pool.data[row * 784 + d]! / K;
  });
  const ofMeans = await parzen({ ...sets, samples: asArray(means) }, { multiply });
  expect(Math.abs(ofMeans.logLikelihood.value - 340)).toBeLessThan(3 * ofMeans.logLikelihood.standardError);
  await runtime.close();
});
