import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { key, ndarray, reference, type Runtime } from "../../src/index.js";
import { web } from "../../src/web.js";
import { toyModel } from "./toy.js";
import { reports } from "./toy-run.js";

interface PageWorker {
  postMessage(message: string): void;
  terminate(): void;
  onmessage: (event: { data: number[] }) => void;
}
declare const Worker: new (address: URL, options: { type: "module" }) => PageWorker;

let wanted: number[];
beforeAll(async () => {
  wanted = await reports(reference());
});

function expectNear(got: readonly number[], rtol: number): void {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((v, i) => expect(Math.abs(got[i]! - v), `number ${i}`).toBeLessThan(rtol * (1 + Math.abs(v))));
}

describe.each([
  { device: "wasm", rtol: 1e-5 },
  { device: "webgpu", rtol: 1e-3 }, // its logarithms and tangents are worse
] as const)("on $device", ({ device, rtol }) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await web({ device });
  });
  afterAll(async () => {
    await runtime.close();
  });

  it("fit follows the float64 reference", async () => {
    expect([runtime.device, runtime.choice]).toEqual([device, undefined]);
    expectNear(await reports(runtime), rtol);
  });

  it("a store keeps arrays of every type", async () => {
    const arrays = {
      f32: ndarray([1.5, -2, 3e-5], [3]),
      none: ndarray([], [0, 2]),
      i32: ndarray([-7], [], "i32"),
      u64: ndarray([2n ** 63n + 1n, 5n], [2], "u64"),
      u8: ndarray([0, 255, 3, 4, 5], [5], "u8"),
      bool: ndarray([1, 0, 1], [3], "bool"),
    };
    using store = runtime.emptyStore();
    for (const [name, array] of Object.entries(arrays)) await store.write(name, array);
    expect(await store.readAll()).toEqual(arrays);
  });
});

it("fit does the same in a worker of the page's own", async () => {
  const worker = new Worker(new URL("./fit-worker.ts", import.meta.url), { type: "module" });
  const got = await new Promise<number[]>((done) => {
    worker.onmessage = ({ data }) => done(data);
    worker.postMessage("wasm");
  });
  worker.terminate();
  expectNear(got, 1e-5);
});

describe("a device", () => {
  it("is chosen by measurement, with a reason", async () => {
    await using runtime = await web();
    expect(["wasm", "webgpu"]).toContain(runtime.device);
    const { reason, considered } = runtime.choice!;
    expect(considered.map(({ device }) => device).sort()).toEqual(["wasm", "webgpu"]);
    expect(reason).toMatch(new RegExp(`^${runtime.device} does \\S+ GFLOP/s; `));
  });

  it("says what is missing", async () => {
    await expect(web({ device: "wasm", threads: 2 })).rejects.toMatchObject({
      code: "option",
      message: expect.stringContaining("Cross-Origin-Opener-Policy") as string,
    });
    await expect(web({ device: "wasm", worker: "/nowhere.js" })).rejects.toMatchObject({
      code: "device",
      message: expect.stringContaining("could not be loaded") as string,
    });
    await expect(web({ device: "wasm", wasmPaths: "/nowhere/" })).rejects.toMatchObject({
      code: "device",
      message: expect.stringContaining("wasmPaths") as string,
    });
  });

  it("refuses work after it was closed", async () => {
    const runtime = await web({ device: "wasm" });
    await runtime.close();
    await expect(runtime.init(toyModel(), { key: key(0) })).rejects.toMatchObject({ code: "device" });
  });
});
