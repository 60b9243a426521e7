import { mkdtemp, rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  arrays,
  batches,
  fit,
  inference,
  key,
  ndarray,
  program,
  randomNormal,
  softplus,
  state,
  trainStep,
  type NdArray,
  type Program,
  type Runtime,
  type Store,
} from "../../src/index.js";
import { Linear } from "../../src/nn.js";
import { loadCheckpoint, node, saveCheckpoint } from "../../src/node.js";
import { adam } from "../../src/optim.js";
import { missing } from "./webgpu.js";

const SIZE = 8;
const STEPS = 30;
const model = {
  encoder: new Linear({ inputs: 12, outputs: 16 }),
  moments: new Linear({ inputs: 16, outputs: 6 }),
  decoder: [new Linear({ inputs: 3, outputs: 16 }), new Linear({ inputs: 16, outputs: 12 })] as const,
};

/** A step of a small VAE on u8 pictures: noise, a loop over nothing, whole numbers and a step counter are in it. */
const step: Program = trainStep({
  model,
  batch: { x: { shape: [SIZE, 12], dtype: "u8" } },
  loss: ({ x: bytes }, scope) => {
    const x = bytes.cast("f32").div(255);
    const [mean, logVar] = model.moments.forward(model.encoder.forward(x).tanh()).split([3, 3], 1);
    const z = mean!.add(
      logVar!
        .mul(0.5)
        .exp()
        .mul(randomNormal(scope.nextKey(), [SIZE, 3])),
    );
    const logits = model.decoder[1].forward(model.decoder[0].forward(z).relu());
    const error = softplus(logits).sub(x.mul(logits)).sum(1);
    const kl = mean!.square().add(logVar!.exp()).sub(logVar!).sub(1).sum(1).mul(0.5);
    return error.add(kl).mean();
  },
  optimizer: adam({ learningRate: 1e-2 }),
});
const pictures = Uint8Array.from({ length: 40 * 12 }, (_, i) => (i * 2654435761) >>> 24);
const data = batches(arrays({ x: ndarray(pictures, [40, 12], "u8") }), { size: SIZE, key: key(1) });

const opened = new Map<string, Promise<Runtime>>();
const open = (device: "cpu" | "webgpu"): Promise<Runtime> => {
  const runtime = opened.get(device) ?? node({ device });
  opened.set(device, runtime);
  return runtime;
};
afterAll(async () => {
  for (const runtime of opened.values()) await (await runtime).close();
});

async function losses(runtime: Runtime, store: Store, { from = 0, steps = STEPS } = {}): Promise<number[]> {
  const found: number[] = [];
  for await (const { loss } of fit(step, { runtime, store, data, steps, from, key: key(2), patienceMs: 0 }))
    found.push(loss);
  return found;
}

function expectAlike(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  got.forEach((loss, i) => expect(Math.abs(loss / wanted[i]! - 1)).toBeLessThan(1e-4));
}

describe("a training on WebGPU", () => {
  it("follows the one on the CPU, and each goes on where the other stopped", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const [cpu, gpu] = [await open("cpu"), await open("webgpu")];
    const start = (runtime: Runtime): Promise<Store> => runtime.init(model, { key: key(0) });
    const wanted = await losses(cpu, await start(cpu));
    expectAlike(await losses(gpu, await start(gpu)), wanted);
    const folder = await mkdtemp(join(tmpdir(), "webgpu-"));
    try {
      for (const [first, second] of [
        [cpu, gpu],
        [gpu, cpu],
      ] as const) {
        const store = await start(first);
        const before = await losses(first, store, { steps: 20 });
        await saveCheckpoint(store, folder, { step: 20 });
        const next = second.emptyStore();
        await loadCheckpoint(next, folder);
        expectAlike([...before, ...(await losses(second, next, { from: 20 }))], wanted);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("validates, and keeps the best", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const runtime = await open("webgpu");
    const store = await runtime.init(model, { key: key(0) });
    const rows = arrays({ x: ndarray(pictures, [40, 12], "u8") });
    const program = inference(model, { x: { shape: [SIZE, 12], dtype: "u8" } }, ({ x }) => ({
      far: model.encoder.forward(x.cast("f32").div(255)).square().sum(1),
    }));
    const validate = { program, data: rows, every: 2, keepBest: true };
    const reports = [];
    for await (const report of fit(step, { runtime, store, data, steps: 4, key: key(2), validate }))
      reports.push(report);
    expect(reports.at(-1)!.validation!.metrics["far"]!.count).toBe(40);
    expect(store.has("best.encoder.weight")).toBe(true);
  });

  it("leaves the store as it was when a run is discarded", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const runtime = await open("webgpu");
    const store = await runtime.init(model, { key: key(0) });
    await runtime.run(step, { store, key: key(3), feeds: { x: (await data.at(0))["x"]! } });
    const before = await store.readAll();
    const pending = await runtime.start(step, { store, key: key(3), feeds: { x: (await data.at(1))["x"]! } });
    pending.discard();
    expect(await store.readAll()).toEqual(before);
  });
});

describe("a store on WebGPU", () => {
  it("keeps arrays of every type, and of no elements", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const given: Record<string, NdArray> = {
      f32: ndarray([0.1, -2, 1e30], [3]),
      i32: ndarray([-5, 2 ** 31 - 1], [2, 1], "i32"),
      u32: ndarray([2 ** 32 - 1], [], "u32"),
      u8: ndarray([0, 7, 255], [3], "u8"),
      bool: ndarray([true, false, true], [3], "bool"),
      i64: ndarray([-1n, 2n ** 62n], [2], "i64"),
      u64: ndarray([2n ** 64n - 1n, 3n], [2], "u64"),
      none: ndarray([], [0, 4]),
    };
    const store = (await open("webgpu")).emptyStore();
    for (const [name, array] of Object.entries(given)) await store.write(name, array);
    expect(await store.readAll()).toEqual(given);
    await expect(store.write("f64", ndarray([1], [], "f64"))).rejects.toMatchObject({ code: "dtype" });
    store.dispose();
  });

  it("counts in 64 bits", async ({ skip }) => {
    if (missing !== undefined) skip(missing);
    const runtime = await open("webgpu");
    const count = state([], undefined, "u64");
    const next = count.mul(count).add(count).add(3);
    const counter = program({
      states: new Map([["count", count]]),
      outputs: { next },
      writes: new Map([["count", next]]),
    });
    const store = runtime.emptyStore();
    let wanted = 0n;
    for (let i = 0; i < 9; i++) {
      wanted = BigInt.asUintN(64, wanted * wanted + wanted + 3n);
      expect((await runtime.run(counter, { store }))["next"]!.data[0]).toBe(wanted);
    }
    expect((await store.read("count")).data[0]).toBe(wanted);
  });
});

describe("a device that is not there", () => {
  it.skipIf(process.platform !== "linux")("says what is missing", () => {
    const script = `import { node } from "@gen/core/node"; await node({ device: "webgpu" }).catch((e) => console.log(e.code, e.message));`;
    const { stdout } = spawnSync(
      process.execPath,
      ["--conditions=@gen/source", "--import", "tsx", "--input-type=module", "--eval", script],
      {
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
        encoding: "utf8",
        env: { ...process.env, VK_DRIVER_FILES: "/dev/null", VK_ICD_FILENAMES: "/dev/null" },
      },
    );
    expect(stdout).toMatch(
      /^device webgpu: expected (a GPU that WebGPU can use|the Vulkan loader).*\n {2}fix: install/,
    );
  });
  it("has no threads to set", async () => {
    await expect(node({ device: "webgpu", threads: 2 })).rejects.toMatchObject({ code: "option" });
  });
});
