import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  decodeSafetensors,
  encodeSafetensors,
  inference,
  key,
  ndarray,
  trainStep,
  type ExportFile,
  type NdArray,
  type Runtime,
  type Scope,
  type Store,
  type Tensor,
} from "../../src/index.js";
import { BatchNorm, Conv2d, Linear } from "../../src/nn.js";
import { exportFolder, node, openFolder, type ModelFolder } from "../../src/node.js";
import { adam } from "../../src/optim.js";
import { spread } from "../../src/testing/primitive-cases-build.js";
import { loadWeights, lora } from "../../src/tune.js";

class Net {
  readonly conv: Conv2d;
  readonly norm: BatchNorm;
  readonly head: Linear;

  constructor({ width = 4 } = {}) {
    this.conv = new Conv2d({ inputs: 1, outputs: width, kernel: 3, padding: 1 });
    this.norm = new BatchNorm({ channels: width });
    this.head = new Linear({ inputs: 9 * width, outputs: 3 });
  }
  /** [N, 1, 3, 3] → [N, 3] */
  forward(x: Tensor, scope: Scope): Tensor {
    return this.head.forward(this.norm.forward(this.conv.forward(x, scope), scope).tanh().flatten());
  }
}

const program = (net: Net, n: number): ReturnType<typeof inference> =>
  inference(net, { x: [n, 1, 3, 3] }, (rows: Record<string, Tensor>, scope) => ({
    out: net.forward(rows["x"]!, scope),
  }));
const network = (net: Net): ExportFile => ({
  purpose: "pictures to scores",
  trace: ({ n }) => program(net, n!),
  symbols: { n: { from: "dim", input: "x", axis: 0 } },
  describe: { x: "pictures", out: "scores" },
  example: ({ n }) => ({ x: spread([n!, 1, 3, 3], [-1, 1], 4) }),
});
const x = spread([5, 1, 3, 3], [-1, 1], 7);

let runtime: Runtime;
let store: Store;
let at: string;
let folder: ModelFolder;
const net = new Net();
const outOf = async (model: Net, from: Store): Promise<NdArray> =>
  (await runtime.run(program(model, 5), { store: from, feeds: { x } }))["out"]!;

beforeAll(async () => {
  runtime = await node({ threads: 1 });
  store = await runtime.init(net, { key: key(0) });
  at = await mkdtemp(join(tmpdir(), "load-"));
  const request = { family: "test", name: "net", files: { network: network(net) }, recipe: { width: 4 } };
  await exportFolder(join(at, "model"), request, { runtime, store });
  folder = await openFolder(join(at, "model"));
});
afterAll(async () => {
  await runtime.close();
  await rm(at, { recursive: true, force: true });
});

describe("an exported model", () => {
  it("comes back as a model of its recipe, bit for bit, and trains on", async () => {
    const again = new Net(folder.card.recipe as { width: number });
    const other = await runtime.init(again, { key: key(9) });
    expect(await outOf(again, other)).not.toEqual(await outOf(net, store));
    expect(await loadWeights({ store: other, model: again, source: folder })).toEqual(store.names());
    for (const name of store.names()) expect(await other.read(name)).toEqual(await store.read(name));
    expect(await outOf(again, other)).toEqual(await outOf(net, store));
    const step = trainStep({
      model: again,
      batch: { x: x.shape },
      loss: (rows, scope) => again.forward(rows.x, scope).square().mean(),
      optimizer: adam(),
    });
    const losses: number[] = [];
    for (let n = 0; n < 5; n++)
      losses.push(Number((await runtime.run(step, { store: other, feeds: { x } }))["loss"]!.data[0]));
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it("takes adapters, and exports again with them merged, as near to the trainer as ever", async () => {
    const tuned = lora(net, { rank: 2, alpha: 8 });
    const own = await runtime.init(tuned.model, { key: key(3) });
    await loadWeights({ store: own, model: net, source: folder });
    const step = trainStep({
      model: tuned.model,
      learn: tuned.adapters,
      batch: { x: x.shape },
      loss: tuned.adapt((rows: { x: Tensor }, scope: Scope) => net.forward(rows.x, scope).sub(1).square().mean()),
      optimizer: adam({ learningRate: 0.05 }),
    });
    for (let n = 0; n < 20; n++) await runtime.run(step, { store: own, feeds: { x } });
    const adapted = inference(
      tuned.model,
      { x: x.shape },
      tuned.adapt((rows: { x: Tensor }, scope: Scope) => ({ out: net.forward(rows.x, scope) })),
    );
    const before = (await runtime.run(adapted, { store: own, feeds: { x } }))["out"]!;
    await tuned.merge({ runtime, store: own });
    const request = { family: "test", name: "tuned", files: { network: network(net) }, recipe: { width: 4 } };
    const card = await exportFolder(join(at, "tuned"), request, { runtime, store: own });
    expect(card.parity[0]!.maxAbsolute).toBeLessThan(1e-5);
    const session = await (await openFolder(join(at, "tuned"))).open("network.onnx");
    const got = (await session.run({ x }))["out"]!;
    await session.close();
    expect(await outOf(net, store)).not.toEqual(await outOf(net, own));
    before.data.forEach((v: number | bigint, i: number) => expect(Number(got.data[i])).toBeCloseTo(Number(v), 5));
  });

  it("of another architecture names the first tensor that differs, and leaves the store alone", async () => {
    const wide = new Net({ width: 6 });
    const other = await runtime.init(wide, { key: key(1) });
    const before = await other.readAll();
    await expect(loadWeights({ store: other, model: wide, source: folder })).rejects.toMatchObject({
      code: "shape",
      message: expect.stringContaining(
        'loadWeights: expected "conv.weight" f32[6, 1, 3, 3], got f32[4, 1, 3, 3] in network.onnx',
      ) as string,
    });
    expect(await other.readAll()).toEqual(before);
    const more = { conv: net.conv, norm: net.norm, head: net.head, tail: new Linear({ inputs: 3, outputs: 3 }) };
    await expect(loadWeights({ store: other, model: more, source: folder })).rejects.toMatchObject({
      message: expect.stringContaining('expected "tail.weight" f32[3, 3], got no tensor of that name') as string,
    });
    const part = await runtime.init(more, { key: key(1) });
    expect(
      await loadWeights({ store: part, model: more, source: folder, only: (name) => !name.startsWith("tail") }),
    ).toHaveLength(store.names().length);
    await expect(loadWeights({ store: part, model: more, source: folder, only: () => false })).rejects.toMatchObject({
      code: "option",
    });
  });
});

describe("safetensors", () => {
  const bytesOf = async (extra: Record<string, NdArray> = {}): Promise<Record<string, NdArray>> =>
    decodeSafetensors(encodeSafetensors({ ...(await store.readAll()), ...extra }), { file: "net.safetensors" }).tensors;

  it("load by name, averages first when asked for", async () => {
    const other = await runtime.init(net, { key: key(2) });
    const bias = ndarray([7, 8, 9]);
    const source = await bytesOf({ "ema.head.bias": bias, "optimizer.step": ndarray([3], [], "i32") });
    await loadWeights({ store: other, model: net, source });
    expect(await other.read("head.bias")).toEqual(await store.read("head.bias"));
    await loadWeights({ store: other, model: net, source, from: "ema" });
    expect([...(await other.read("head.bias")).data]).toEqual([7, 8, 9]);
    expect(await other.read("head.weight")).toEqual(await store.read("head.weight"));
    expect(other.has("optimizer.step")).toBe(false);
  });

  it("are converted between real types, and refused in others", async () => {
    const other = await runtime.init(net, { key: key(2) });
    const wide = ndarray([0.5, 1.5, 2.5], [3], "f64");
    await loadWeights({ store: other, model: net, source: await bytesOf({ "head.bias": wide }) });
    expect(await other.read("head.bias")).toEqual(ndarray([0.5, 1.5, 2.5]));
    const whole = await bytesOf({ "head.bias": ndarray([1, 2, 3], [3], "i32") });
    await expect(loadWeights({ store: other, model: net, source: whole })).rejects.toMatchObject({ code: "dtype" });
  });

  it("with a tensor more where the model has its own are of another architecture", async () => {
    const other = await runtime.init(net, { key: key(2) });
    const source = await bytesOf({ "head.scale": ndarray([1, 2, 3]) });
    await expect(loadWeights({ store: other, model: net, source })).rejects.toMatchObject({
      code: "shape",
      message: expect.stringContaining('got "head.scale" f32[3] in the file, which it does not have') as string,
    });
  });
});
