import { arrays, batches, evaluate, fit, key, ndarray, trainStep, type Runtime } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { describeModelGradients } from "@gen/core/testing";
import { adam } from "@gen/core/optim";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exactness, translation, Translator, translatorFiles } from "../../src/index.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "pairs-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const sizes = { sourceVocabulary: 6, targetVocabulary: 6, sourceLength: 5, targetLength: 6 };

/** Words of 2 to 5, and the same backwards: all 4 + 16 + 64 of at most three, and those of four. */
function turned(): { source: number[][]; target: number[][] } {
  const words = [[]] as number[][];
  for (let i = 0; words[i]!.length < 4; i++) for (const c of [2, 3, 4, 5]) words.push([...words[i]!, c]);
  const all = words.filter(({ length }) => length > 0);
  const filled = (w: number[], length: number): number[] => [
    ...w,
    1,
    ...new Array<number>(length - w.length - 1).fill(0),
  ];
  return { source: all.map((w) => filled(w, 5)), target: all.map((w) => filled([...w].reverse(), 6)) };
}

describeModelGradients("an encoder–decoder", () => {
  const model = new Translator({ ...sizes, features: 8, heads: 2, layers: 1 });
  const batch = {
    source: ndarray([2, 3, 1, 0, 0, 5, 4, 3, 2, 1], [2, 5], "i32"),
    target: ndarray([3, 2, 1, 0, 0, 0, 2, 3, 4, 5, 1, 0], [2, 6], "i32"),
  };
  return { model, batch, loss: (b, scope) => model.loss(b as never, scope) };
});

describe("an encoder–decoder", () => {
  it("learns to turn words round, writes them in a loop inside the graph, and is exported", async () => {
    const { source, target } = turned();
    const pairs = arrays({
      source: ndarray(source.flat(), [source.length, 5], "i32"),
      target: ndarray(target.flat(), [target.length, 6], "i32"),
    });
    const model = new Translator({ ...sizes, features: 32, heads: 4, layers: 1 });
    const store = await runtime.init(model, { key: key(0) });
    const step = trainStep({
      model,
      batch: model.fields(64),
      loss: (batch, scope) => model.loss(batch, scope),
      optimizer: adam({ learningRate: 3e-3 }),
    });
    const data = batches(pairs, { size: 64, key: key(1) });
    for await (const { loss } of fit(step, { runtime, store, data, steps: 300 })) expect(loss).toBeLessThan(4);
    const { exact, nats } = await evaluate(exactness(model, { n: 34 }), pairs, { runtime, store });
    expect(exact!.mean).toBeGreaterThan(0.97);
    expect(nats!.mean).toBeLessThan(0.2);
    const rows = ndarray([2, 3, 4, 1, 0], [1, 5], "i32");
    const { target: got } = await runtime.run(translation(model, { n: 1 }), { store, feeds: { source: rows } });
    expect([...got!.data]).toEqual([4, 3, 2, 1, 0, 0]);
    await exportFolder(
      join(folder, "turn"),
      { family: "autoregressive", name: "turn", files: translatorFiles(model) },
      { runtime, store },
    );
    expect((await openFolder(join(folder, "turn"))).card.files["translate.onnx"]!.outputs[0]!.shape).toEqual(["n", 6]);
  });

  it("says what is wrong", () => {
    expect(() => new Translator({ ...sizes, layers: 0 })).toThrow("a whole layers ≥ 1, got 0");
    expect(() => new Translator({ ...sizes, pad: 1 })).toThrow("a pad that is not the end, got 1 for both");
  });
});
