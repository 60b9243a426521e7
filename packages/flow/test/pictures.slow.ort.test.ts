import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrays, batches, fit, key, ndarray, trainStep, uniformDraws, type NdArray, type Runtime } from "@gen/core";
import { Chain, Dequantise, Logit } from "@gen/core/codec";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decode,
  encode,
  exportedFiles,
  fields,
  glow,
  initialise,
  logProb,
  realNvpImage,
  type Flow,
  type FlowBatch,
} from "../src/index.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "flow-pictures-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const SIZE = 32;
const shape = [1, 4, 4];
const codec = (): Chain => new Chain([new Dequantise({ shape }), new Logit({ shape, lambda: 0.05 })]);
/** Bytes whose left half is dark and right half is light, with noise. */
const bytes = (n: number): NdArray => {
  const u = uniformDraws(key(1), n * 16);
  return ndarray(
    u.map((v, i) => Math.floor(90 * v + (i % 4 < 2 ? 10 : 150))),
    [n, ...shape],
    "u8",
  );
};
const average = ({ data }: NdArray): number => Array.from(data, Number).reduce((a, b) => a + b, 0) / data.length;

const models: Readonly<Record<string, () => Flow>> = {
  glow: () => glow({ shape, levels: 2, depth: 1, channels: 8, codec: codec(), classes: 2 }),
  "multi-scale RealNVP": () => realNvpImage({ shape, levels: 2, channels: 8, blocks: 1, codec: codec() }),
};

describe.each(Object.entries(models))("%s", (name, make) => {
  it("starts from data, learns, undoes itself to the byte, and is exported with parity", async () => {
    const flow = make();
    const store = await runtime.init(flow, { key: key(0) });
    const labels = (n: number): Record<string, NdArray> =>
      flow.classes === 0
        ? {}
        : {
            label: ndarray(
              Array.from({ length: n }, (_, i) => i % 2),
              [n],
              "i32",
            ),
          };
    const rows = { x: bytes(SIZE), ...labels(SIZE) };
    const measure = async (): Promise<number> => {
      const program = logProb(flow, { n: SIZE, pixels: "u8" });
      return average((await runtime.run(program, { store, feeds: rows, key: key(5) }))["bitsPerDim"]!);
    };
    await runtime.run(initialise(flow, { n: SIZE, pixels: "u8" }), { store, feeds: rows, key: key(4) });
    const started = await measure();
    const step = trainStep({
      model: flow,
      batch: fields(flow, { n: SIZE, pixels: "u8" }),
      loss: (batch, scope) => flow.loss(batch as unknown as FlowBatch, scope),
      optimizer: adam({ learningRate: 3e-3 }),
    });
    const data = batches(arrays({ x: bytes(256), ...labels(256) }), { size: SIZE, key: key(2) });
    for await (const { loss } of fit(step, { runtime, store, data, steps: 30, key: key(3) }))
      expect(loss).toBeLessThan(1e3);
    const learned = await measure();
    expect(learned).toBeLessThan(started);
    expect(learned).toBeLessThan(7.6); // 8 bits a pixel know nothing

    const { z } = await runtime.run(encode(flow, { n: SIZE, pixels: "u8" }), { store, feeds: rows });
    const { x } = await runtime.run(decode(flow, { n: SIZE }), { store, feeds: { z: z!, ...labels(SIZE) } });
    Array.from(x!.data, Number).forEach((v, i) => expect(Math.round(255 * v)).toBe(Number(rows.x.data[i])));

    const request = { family: "flow", name, files: exportedFiles(flow) };
    await exportFolder(join(folder, name), request, { runtime, store });
    const { card } = await openFolder(join(folder, name));
    expect(card.parity).toHaveLength(6);
    expect(card.files["logprob.onnx"]!.inputs.map((port) => port.name)).toContain("seed");
  });
});
