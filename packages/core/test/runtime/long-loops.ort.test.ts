import { expect, it } from "vitest";
import { key, ndarray, program, randomNormal, scalar, scan } from "../../src/index.js";
import { node } from "../../src/node.js";
import { feed } from "../../src/tensor/inputs.js";
import { missing } from "./webgpu.js";

it("a loop of 70 steps runs on WebGPU as on the CPU", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const [x, root] = [feed([3]), feed([], "u64")];
  const noise = randomNormal(root, [3]);
  const { carry, ys } = scan({ carry: [x, scalar(0, "i32")], length: 70 }, ([sum, step]) => {
    const next = sum!.mul(0.9).add(noise.mul(step!.cast("f32")));
    return { carry: [next, step!.add(1)], ys: [next] };
  });
  const walk = program({ feeds: { x }, key: root, outputs: { last: carry[0]!, walked: ys[0]! } });
  const run = async (device: "cpu" | "webgpu"): Promise<number[]> => {
    await using runtime = await node({ device, ...(device === "cpu" && { threads: 1 }) });
    const feeds = { x: ndarray([1, 2, 3]) };
    const { last, walked } = await runtime.run(walk, { store: runtime.emptyStore(), key: key(7), feeds });
    return [...last!.data, ...walked!.data].map(Number);
  };
  const [cpu, webgpu] = [await run("cpu"), await run("webgpu")];
  expect(webgpu).toHaveLength(213);
  expect(Math.max(...webgpu.map((v, i) => Math.abs(v - cpu[i]!)))).toBeLessThan(1e-3);
});
