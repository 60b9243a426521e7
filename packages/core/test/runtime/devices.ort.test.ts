import { expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { node } from "../../src/node.js";
import { lower } from "../../src/onnx/lower.js";
import { inference } from "../../src/train/step.js";

it("auto takes the fastest device that is there, and says why", async () => {
  await using runtime = await node({ device: "auto", threads: 1 });
  const { reason, considered } = runtime.choice!;
  expect(considered.map(({ device }) => device).sort()).toEqual(["cpu", "wasm", "webgpu"]);
  const fastest = Math.max(...considered.map(({ gflops = 0 }) => gflops));
  expect(considered.find(({ device }) => device === runtime.device)!.gflops).toBe(fastest);
  expect(reason).toMatch(new RegExp(`^${runtime.device} does \\S+ GFLOP/s; `));
});

it("a device that was asked for has nothing to explain", async () => {
  await using runtime = await node({ threads: 1 });
  expect([runtime.device, runtime.choice]).toEqual(["cpu", undefined]);
});

it("refuses what has no effect", async () => {
  await expect(node({ device: "tpu" as never })).rejects.toMatchObject({
    code: "option",
    message: expect.stringContaining('auto, cpu, webgpu, wasm, got "tpu"') as string,
  });
  for (const device of ["wasm", "webgpu"] as const) {
    await expect(node({ device, threads: 2 })).rejects.toMatchObject({ code: "option" });
  }
});

it("an output may be called as a feed is, but not in a file", async () => {
  await using runtime = await node({ threads: 1 });
  const program = inference({}, { x: [2] }, ({ x }) => ({ x: x.mul(2), "out.x": x.add(1) }));
  const { x, "out.x": y } = await runtime.run(program, { store: runtime.emptyStore(), feeds: { x: ndarray([1, 2]) } });
  expect([...x!.data, ...y!.data]).toEqual([2, 4, 2, 3]);
  expect(() => lower(program.graph)).toThrow('lower: expected outputs with names of their own, got "x", an input\'s');
});
