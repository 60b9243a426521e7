import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { key, ndarray, randomNormal, samplerFile, scan } from "../../src/index.js";
import { Linear } from "../../src/nn.js";
import { exportFolder, node, openFolder } from "../../src/node.js";

it("takes a seed, a count and further sizes as inputs, and gives what the trainer gives", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sampler-"));
  const model = new Linear({ inputs: 2, outputs: 2 });
  const sampler = samplerFile(model, {
    samples: "pairs",
    also: { steps: "how often it is turned" },
    draw: ({ n, steps }, key, inputs) => {
      const start = randomNormal(key, [n, 2]);
      return scan({ carry: [start], length: steps! }, ([x]) => ({ carry: [model.forward(x!).tanh()] })).carry[0]!.div(
        inputs["steps"]!.cast("f32"),
      );
    },
  });
  await using runtime = await node({ threads: 1 });
  const store = await runtime.init(model, { key: key(0) });
  const card = await exportFolder(
    join(folder, "m"),
    { family: "test", name: "pairs", files: { sampler } },
    { runtime, store },
  );
  expect(card.files["sampler.onnx"]!.inputs.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ["seed", "i64", []],
    ["n", "i64", []],
    ["steps", "i64", []],
  ]);

  const session = await (await openFolder(join(folder, "m"))).open("sampler.onnx");
  for (const sizes of [
    { n: 1, steps: 4 },
    { n: 6, steps: 1 },
  ]) {
    const feeds = { ...sampler.example(sizes), seed: ndarray([99n], [], "i64") };
    const [got, wanted] = [await session.run(feeds), await runtime.run(sampler.trace(sizes), { store, feeds })];
    expect(got["samples"]!.shape).toEqual([sizes.n, 2]);
    got["samples"]!.data.forEach((v: number | bigint, i: number) =>
      expect(Number(v)).toBeCloseTo(Number(wanted["samples"]!.data[i]), 5),
    );
  }
  await session.close();
  await rm(folder, { recursive: true });
});
