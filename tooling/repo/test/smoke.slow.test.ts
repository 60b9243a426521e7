/** @file The packed packages train under other versions of Node, Deno and Bun, to the same losses. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engines, fetchEngine, installPacked, train } from "../smoke.mjs";
import { root } from "./source.js";

const unbuilt = existsSync(join(root, "packages/vae/dist/index.js"))
  ? undefined
  : "needs the built packages: npm run build";

const fetched = new Map<object, ReturnType<typeof fetchEngine>>();
let folder: string;
let wanted: { losses: number[]; samples: number[] };
beforeAll(async () => {
  if (unbuilt !== undefined) return;
  for (const engine of engines) fetched.set(engine, fetchEngine(engine)); // side by side
  folder = await installPacked();
  wanted = await train(folder, { path: process.execPath, options: [], device: "cpu" });
});
afterAll(async () => {
  if (unbuilt === undefined) await rm(folder, { recursive: true });
});

describe.each(engines)("the packed packages under $name", (engine) => {
  it.for(["cpu", "wasm"])("train and sample on %s", async (device, { skip }) => {
    skip(unbuilt !== undefined, unbuilt);
    const { path, missing } = (await fetched.get(engine))!;
    skip(missing !== undefined, missing);
    const { losses, samples } = await train(folder, { path: path!, options: engine.options, device });
    expect(losses).toHaveLength(20);
    losses.forEach((loss, i) => expect(Math.abs(loss - wanted.losses[i]!)).toBeLessThan(1e-5 * Math.abs(loss)));
    samples.forEach((v, i) => expect(v).toBeCloseTo(wanted.samples[i]!, 4));
  });
});
