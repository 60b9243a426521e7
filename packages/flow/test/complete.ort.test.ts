import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, key, ndarray, normalDraws, type NdArray, type Runtime } from "@gen/core";
import { fitTable, type Table } from "@gen/core/codec";
import { exportFolder, node } from "@gen/core/node";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complete, exportedFiles, Flow, LinearBijection, Lu, nsf } from "../src/index.js";
import { moved } from "./density-laws.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "flow-complete-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

describe("complete", () => {
  it("fills in rows, and leaves what is known as it was", async () => {
    const { flow, store } = await moved(runtime, nsf({ dim: 2, depth: 2, hidden: [8], bins: 4 }));
    const n = 100;
    const { x, mask } = halfHidden(normalDraws(key(1), n));
    const { x: filled } = await runtime.run(complete(flow, { n, steps: 40 }), {
      store,
      key: key(2),
      feeds: { x, mask },
    });
    filled!.data.forEach((v, i) => {
      if (i % 2 === 0) expect(v).toBe(x.data[i]);
      else expect(Number.isFinite(Number(v))).toBe(true);
    });
  });

  it("gives gaps of a table values of their kind: a category that is one, a number, never a gap", async () => {
    const codec = await tableWithGaps();
    const { flow, store } = await moved(runtime, nsf({ dim: codec.output[0]!, depth: 2, hidden: [8], bins: 4, codec }));
    const n = 60;
    const x = ndarray(
      Array.from({ length: 3 * n }, (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? NaN : i % 2)),
      [n, 3],
    );
    const mask = ndarray(new Float32Array(3 * n).fill(1), [n, 3]); // NaN is never known
    const { x: filled } = await runtime.run(complete(flow, { n, steps: 20 }), {
      store,
      key: key(2),
      feeds: { x, mask },
    });
    filled!.data.forEach((v, i) => {
      if (!Number.isNaN(Number(x.data[i]))) expect(v).toBe(x.data[i]);
      else if (i % 3 === 0) expect([0, 1, 2]).toContain(v);
      else expect(Number.isInteger(v)).toBe(i % 3 === 1);
    });
  });
});

describe("complete.onnx", () => {
  const RHO = 0.8;
  const correlated = new Flow({ transforms: [new LinearBijection({ shape: [2], of: new Lu({ dim: 2 }) })] });

  it("agrees with the trainer for a few steps, and draws from the law given what is known after many", async () => {
    const store = await runtime.init(correlated, { key: key(0) });
    const at = "transform.transforms.0.of";
    await store.write(`${at}.upper`, ndarray([0, -RHO / Math.sqrt(1 - RHO ** 2), 0, 0], [2, 2]));
    await store.write(`${at}.logScale`, ndarray([0, -Math.log(1 - RHO ** 2) / 2]));
    const { complete } = exportedFiles(correlated);
    const request = { family: "flow", name: "correlated", files: { complete: complete! } };
    await exportFolder(folder, request, { runtime, store });

    const n = 400;
    const { x, mask } = halfHidden(new Float32Array(n).fill(1.5));
    const session = await InferenceSession.create(join(folder, "complete.onnx"), { logSeverityLevel: 3 });
    const whole = (value: number): Tensor => new Tensor("int64", [BigInt(value)], []);
    const of = ({ data, shape }: NdArray): Tensor => new Tensor("float32", data as Float32Array, shape);
    const { completed } = await session.run({ x: of(x), mask: of(mask), seed: whole(3), steps: whole(200) });
    await session.release();
    const hidden = Array.from({ length: n }, (_, i) => Number(completed!.data[2 * i + 1]));
    const mean = hidden.reduce((a, b) => a + b, 0) / n;
    const variance = hidden.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    // N(ρ x, 1 − ρ²); four standard errors, and what the tolerance allows
    expect(Math.abs(mean - RHO * 1.5)).toBeLessThan((4 * 0.6) / Math.sqrt(n) + 0.01);
    expect(Math.abs(variance / (1 - RHO ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n) + 0.02);
  });
});

/** Rows of two numbers, of which the second is hidden. */
function halfHidden(known: ArrayLike<number>): { x: NdArray; mask: NdArray } {
  const cells = Array.from({ length: 2 * known.length }, (_, i) => (i % 2 === 0 ? known[i / 2]! : NaN));
  const shape = [known.length, 2];
  return {
    x: ndarray(cells, shape),
    mask: ndarray(
      cells.map((_, i) => Number(i % 2 === 0)),
      shape,
    ),
  };
}

/** A category of three, a whole number and a real one, each with gaps. */
async function tableWithGaps(): Promise<Table> {
  const n = 300;
  const z = normalDraws(key(4), n);
  const rows = Array.from({ length: n }, (_, i) => [i % 3, Math.round(3 * z[i]!), z[i]! / 7]);
  rows.forEach((row, i) => {
    if (i % 10 < 3) row[i % 10] = NaN;
  });
  const columns = [
    { name: "colour", kind: "categorical", categories: ["red", "green", "blue"], gaps: true },
    { name: "rooms", kind: "integer", gaps: true },
    { name: "height", kind: "real", gaps: true },
  ] as const;
  return fitTable(arrays({ x: ndarray(rows.flat(), [n, 3]) }), { columns });
}
