/** @file In a browser, by ONNX Runtime alone: decode.onnx undoes encode.onnx after training, and log p(x) is the trainer's. */
import { batches, fit, key, takeRows, trainStep } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { adam } from "@gen/core/optim";
import { web } from "@gen/core/web";
import * as ort from "onnxruntime-web/wasm";
import { expect, it } from "vitest";
import { exportedFiles, fields, logProb, maf, nsf, realNvp, type FlowBatch } from "../src/index.js";
import { ridge } from "./ridge.js";

ort.env.wasm.numThreads = 1;

const flows = {
  realNvp: realNvp({ dim: 2, depth: 3, hidden: [16] }),
  nsf: nsf({ dim: 2, depth: 2, hidden: [16], bins: 5 }),
  maf: maf({ dim: 2, depth: 2, hidden: [16] }),
};

it.each(Object.entries(flows))("%s goes to codes and back, to 1e-4", async (name, flow) => {
  await using runtime = await web({ device: "wasm" });
  const store = await runtime.init(flow, { key: key(0) });
  const step = trainStep({
    model: flow,
    batch: fields(flow, { n: 64 }),
    loss: (batch, scope) => flow.loss(batch as unknown as FlowBatch, scope),
    optimizer: adam({ learningRate: 1e-2 }),
  });
  const rows = ridge(512, { dim: 2, contextDim: 0 });
  const data = batches(rows, { size: 64, key: key(1) });
  for await (const { loss } of fit(step, { runtime, store, data, steps: 60 })) expect(loss).toBeLessThan(1e3);

  const { encode, decode, logprob } = exportedFiles(flow);
  const request = { family: "flow", name, files: { encode: encode!, decode: decode!, logprob: logprob! } };
  const files = await exportFiles(request, { runtime, store }, []);
  const run = async (file: string, field: string, values: Float32Array, n: number): Promise<ort.Tensor> => {
    const session = await ort.InferenceSession.create(files.get(`${file}.onnx`)!);
    const result = await session.run({ [field]: new ort.Tensor("float32", values, [n, 2]) });
    await session.release();
    return result[session.outputNames[0]!]!;
  };
  const { x } = await rows.rows(Array.from({ length: 7 }, (_, i) => i));
  const given = Float32Array.from(x!.data as Float32Array);
  const z = await run("encode", "x", given, 7);
  const again = await run("decode", "z", z.data as Float32Array, 7);
  given.forEach((v, i) => expect(Math.abs(Number(again.data[i]) - v)).toBeLessThan(1e-4 * (1 + Math.abs(v))));

  const found = await run("logprob", "x", given, 7);
  const wanted = await runtime.run(logProb(flow, { n: 7 }), {
    store,
    feeds: { x: takeRows(x!, [0, 1, 2, 3, 4, 5, 6]) },
  });
  wanted["logProb"]!.data.forEach((v, i) => expect(Number(found.data[i])).toBeCloseTo(Number(v), 3));
});
