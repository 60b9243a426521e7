/**
 * @file `device: "auto"`: a small product is timed on each device that is there, and the fastest is taken. What a device
 * says about itself does not count: a software Vulkan adapter calls itself a GPU.
 */
import { GenError, messageOf } from "../error.js";
import { Graph } from "../ir/graph.js";
import { ndarray } from "../ndarray.js";
import { feed } from "../tensor/inputs.js";
import type { Backend, Considered } from "./backend.js";

/** Extents of the matrices. A device goes on to the next while that promises to stay within the time. */
const EXTENTS = [64, 128, 256, 512, 1024];
const MILLISECONDS = 100;

/**
 * Opens each candidate, times it for at most 100 ms, keeps the fastest and closes the others.
 *
 * @throws GenError `device` if none is there, with the reason of each
 */
export async function fastest(candidates: Readonly<Record<string, () => Promise<Backend>>>): Promise<Backend> {
  const considered: Considered[] = [];
  let best: { backend: Backend; gflops: number } | undefined;
  for (const [device, open] of Object.entries(candidates)) {
    let backend: Backend | undefined;
    try {
      backend = await open();
      const gflops = await speed(backend);
      considered.push({ device, gflops });
      const loser = best === undefined || gflops > best.gflops ? best?.backend : backend;
      if (loser !== backend) best = { backend, gflops };
      await loser?.close();
    } catch (error) {
      considered.push({ device, missing: messageOf(error).split("\n")[0]! });
      await backend?.close();
    }
  }
  if (best === undefined) {
    throw new GenError("device", `auto: expected a device, got none: ${considered.map(describe).join("; ")}`);
  }
  return { ...best.backend, choice: { reason: reasonOf(best.backend.device, considered), considered } };
}

/** Speed at a product, in 10⁹ operations a second. */
async function speed(backend: Backend): Promise<number> {
  const end = performance.now() + MILLISECONDS;
  let gflops = 0;
  for (const n of EXTENTS) {
    const x = feed([n, n], "f32");
    const kernel = await backend.compile(
      new Graph({ inputs: [{ name: "x", node: x.node }], outputs: [{ name: "y", node: x.matmul(x).sum().node }] }),
    );
    const array = await backend.put(ndarray(new Float32Array(n * n).fill(1 / n), [n, n]));
    const once = async (): Promise<number> => {
      const start = performance.now();
      await kernel.run({ x: array }, new Set());
      return performance.now() - start;
    };
    await once(); // warms up
    const first = await once();
    const milliseconds = Math.max(1e-3, first > MILLISECONDS / 10 ? first : Math.min(first, await once()));
    backend.free([array]);
    await kernel.release();
    gflops = Math.max(gflops, (2 * n ** 3) / 1e6 / milliseconds);
    if (performance.now() + 3 * 8 * milliseconds > end) break;
  }
  return gflops;
}

function reasonOf(device: string, considered: readonly Considered[]): string {
  const others = considered.filter((one) => one.device !== device);
  return `${describe(considered.find((one) => one.device === device)!)}${others.map((one) => `; ${describe(one)}`).join("")}`;
}

function describe({ device, gflops, missing }: Considered): string {
  return gflops === undefined
    ? `${device} is not there (${missing})`
    : `${device} does ${gflops.toPrecision(2)} GFLOP/s`;
}
