import { describe, expect, it } from "vitest";
import {
  inference,
  key,
  ndarray,
  param,
  reference,
  trainStep,
  type NdArray,
  type Scope,
  type Tensor,
} from "../../src/index.js";
import { BatchNorm, Conv2d, Linear } from "../../src/nn.js";
import { adam } from "../../src/optim.js";
import { lora, type LoraOptions } from "../../src/tune.js";
import { constantInit } from "../../src/ir/initializer.js";
import { describeModelGradients } from "../../src/testing/gradients.js";
import { spread } from "../../src/testing/primitive-cases-build.js";

class Net {
  readonly conv = new Conv2d({ inputs: 1, outputs: 4, kernel: 3, padding: 1 });
  readonly norm = new BatchNorm({ channels: 4 });
  readonly head = new Linear({ inputs: 36, outputs: 3 });

  /** [N, 1, 3, 3] → [N, 3] */
  forward(x: Tensor, scope: Scope): Tensor {
    return this.head.forward(this.norm.forward(this.conv.forward(x, scope), scope).tanh().flatten());
  }
}

const N = 8;
const x = spread([N, 1, 3, 3], [-1, 1], 1);
const y = spread([N, 3], [-1, 1], 2);
const batch = { x: x.shape, y: y.shape };
type Batch = Record<"x" | "y", Tensor>;

/** A net, its adapters, and a step that trains these alone. */
function setUp(options: Partial<LoraOptions> = {}) {
  const net = new Net();
  const tuned = lora(net, { rank: 2, alpha: 6, ...options });
  const loss = (rows: Batch, scope: Scope): Tensor => net.forward(rows.x, scope).sub(rows.y).square().mean();
  const step = trainStep({
    model: tuned.model,
    learn: tuned.adapters,
    batch,
    loss: tuned.adapt(loss),
    optimizer: adam({ learningRate: 0.02 }),
  });
  const plain = inference(net, { x: x.shape }, (rows, scope) => ({ out: net.forward(rows.x, scope) }));
  const adapted = inference(
    tuned.model,
    { x: x.shape },
    tuned.adapt((rows: { x: Tensor }, scope) => ({ out: net.forward(rows.x, scope) })),
  );
  return { net, tuned, loss, step, plain, adapted };
}

const numbers = ({ data }: NdArray): number[] => [...data].map(Number);
const expectNear = (got: NdArray, wanted: NdArray): void =>
  numbers(wanted).forEach((w, i) => expect(numbers(got)[i]).toBeCloseTo(w, 9));

describe("lora", () => {
  it("changes nothing at first, trains adapters alone, and merges into a plain model that does the same", async () => {
    const { tuned, step, plain, adapted } = setUp();
    const runtime = reference();
    const store = await runtime.init(tuned.model, { key: key(0) });
    const start = await store.readAll((name) => !name.startsWith("lora."));
    const run = async (program: typeof plain): Promise<NdArray> =>
      (await runtime.run(program, { store, feeds: { x } }))["out"]!;
    expect(await run(adapted)).toEqual(await run(plain));

    const losses: number[] = [];
    for (let n = 0; n < 60; n++)
      losses.push(Number((await runtime.run(step, { store, feeds: { x, y } }))["loss"]!.data[0]));
    expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
    for (const [name, array] of Object.entries(start)) {
      if (!name.startsWith("norm.running")) expect(await store.read(name)).toEqual(array);
    }
    expect(
      [...step.writes.keys()]
        .filter((name) => !/^(lora|optimizer)\./.test(name))
        .every((name) => name.startsWith("norm.")),
    ).toBe(true);
    expect([...step.writes.keys()].filter((name) => /^lora\./.test(name)).sort()).toEqual([
      "lora.conv.weight.a",
      "lora.conv.weight.b",
      "lora.head.weight.a",
      "lora.head.weight.b",
    ]);

    const before = await run(adapted);
    expect(before).not.toEqual(await run(plain));
    const [a, b, w] = await Promise.all(
      ["lora.head.weight.a", "lora.head.weight.b", "head.weight"].map((name) => store.read(name)),
    );
    await tuned.merge({ runtime, store });
    expectNear(await run(plain), before);
    expect(store.names().filter((name) => name.startsWith("lora."))).toEqual([]);

    // W + (6/2) B A in plain numbers
    const merged = numbers(await store.read("head.weight"));
    numbers(w!).forEach((v, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      const product = [0, 1].reduce(
        (sum, k) => sum + Number(b!.data[2 * row + k]) * Number(a!.data[3 * k + column]),
        0,
      );
      expect(merged[i]).toBeCloseTo(v + 3 * product, 9);
    });
    await expect(run(adapted)).rejects.toMatchObject({
      code: "graph",
      message: expect.stringContaining("lora.") as string,
    });
  });

  it("adapts what is selected", () => {
    const { tuned } = setUp({ select: (name) => name === "head.weight" });
    expect(Object.keys(tuned.adapters)).toEqual(["head.weight"]);
    expect(tuned.adapters["head.weight"]!.a.shape).toEqual([2, 3]);
    expect(tuned.adapters["head.weight"]!.b.shape).toEqual([36, 2]);
  });

  it("adapts what a body writes, and hands reads and keys on", async () => {
    const model = { weight: param([2, 2], constantInit(1)), norm: new BatchNorm({ channels: 2 }) };
    const tuned = lora(model, { rank: 1 });
    const body = tuned.adapt((rows: { x: Tensor }, scope: Scope) => ({
      out: model.norm.forward(rows.x.matmul(model.weight), scope).sum(),
    }));
    const step = trainStep({
      model: tuned.model,
      learn: tuned.adapters,
      batch: { x: [4, 2] },
      loss: (rows, scope) => ({ loss: body(rows, scope).out }),
      optimizer: adam(),
    });
    const runtime = reference();
    const store = await runtime.init(tuned.model, { key: key(1) });
    await store.write("lora.weight.b", ndarray([5, 5], [2, 1], "f64"));
    const rows = spread([4, 2], [0, 1], 3);
    await runtime.run(step, { store, feeds: { x: rows } });
    const a = numbers(await store.read("lora.weight.a"));
    const mean = await store.read([...step.writes.keys()].find((name) => name === "norm.runningMean")!);
    expect(a).toHaveLength(2);
    expect(Math.abs(numbers(mean)[0]!)).toBeGreaterThan(0);
  });

  it("refuses what makes no sense, by name", () => {
    const net = new Net();
    expect(() => lora(net, { rank: 5 })).toThrow(
      'lora: expected a rank of at most 4 for "conv.weight" [4, 1, 3, 3], got 5',
    );
    expect(() => lora(net, { rank: 1, select: () => false })).toThrow("got none that `select` takes");
    expect(() => lora(net, { rank: 1, select: (name) => name === "head.bias" })).toThrow('got "head.bias" [3]');
    expect(() => lora(net, { rank: 1.5 })).toThrow("a whole rank ≥ 1 and alpha > 0, got 1.5 and 1.5");
    expect(() => lora({ lora: net }, { rank: 1 })).toThrow('a model without a field "lora"');
  });
});

describeModelGradients("adapters", () => {
  const { tuned, loss } = setUp();
  return { model: tuned.model, batch: { x, y }, loss: tuned.adapt(loss as never) as never };
});

describe("freezing", () => {
  it("learns the names that a predicate takes", () => {
    const { net, loss } = setUp();
    const step = trainStep({ model: net, learn: (name) => name.startsWith("head."), batch, loss, optimizer: adam() });
    const written = [...step.writes.keys()].filter((name) => !/^(optimizer|norm)\./.test(name));
    expect(written.sort()).toEqual(["head.bias", "head.weight"]);
    expect(() => trainStep({ model: net, learn: (name) => name === "tail", batch, loss, optimizer: adam() })).toThrow(
      "trainStep: expected to learn some of 6 parameters, got none that `learn` takes",
    );
  });
});
