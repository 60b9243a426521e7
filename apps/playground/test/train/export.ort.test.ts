import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { node } from "@gen/core/node";
import { unzipSync, zipSync } from "fflate";
import type { Family } from "../../src/train/course.js";
import { cloud } from "../../src/train/densities.js";
import { aboutPlane } from "../../src/train/about.js";
import { exported } from "../../src/train/export.js";
import { FAMILIES as ALL } from "../../src/train/families.js";
import { reopened } from "../../src/train/reopen.js";
import { Trainer, type Look } from "../../src/train/training.js";

const runtime = await node({ threads: 1 });
/** Three of them, without maps of the density, as these take their time. */
const FAMILIES: readonly Family[] = ALL.filter(({ id }) => id !== "flow" && id !== "diffusion").map((family) => ({
  ...family,
  course: (...args) => {
    const { model, step, data, samples, files } = family.course(...args);
    return { model, step, data, samples, files };
  },
}));
const settings = { learningRate: 2e-3, batch: 64 };
const points = cloud("moons", 0, []);
const options = { families: FAMILIES, points, settings, seed: 0, turn: 5, signal: new AbortController().signal };
const known = { of: "plane", families: FAMILIES, points, settings } as const;

let trainer: Trainer;
let last: ReadonlyMap<string, Look>;
beforeAll(async () => {
  trainer = await Trainer.open(runtime, { ...options, steps: 10 });
  const looks: [string, Look][] = [];
  for await (const look of trainer.looks()) {
    looks.push([look.family, look]);
    if (look.steps === 5) trainer.change({ learningRate: 5e-4, batch: 128 });
  }
  last = new Map(looks);
});
afterAll(async () => {
  await trainer.close();
  await runtime.close();
});

const zips = new Map<string, Promise<Uint8Array>>();
function zipOf(family: string): Promise<Uint8Array> {
  const made = zips.get(family) ?? zipped(family);
  zips.set(family, made);
  return made;
}

async function zipped(family: string): Promise<Uint8Array> {
  const about = aboutPlane({ shape: "moons", seed: 0, settings });
  const { zip } = await exported({ runtime, trainer, family, about, checkers: [] });
  return new Uint8Array(await zip.arrayBuffer());
}

describe("a model that was exported", () => {
  it.each(FAMILIES.map(({ id }) => id))("%s goes on where it was", async (id) => {
    const { family, standing, recipe } = await reopened(`${id}.zip`, await zipOf(id), known);
    expect([family.id, standing.steps]).toEqual([id, 10]);
    expect(recipe).toMatchObject({ of: "plane", shape: "moons", steps: 10 });
    const from = new Map([[id, standing]]);
    const again = await Trainer.open(runtime, { ...options, families: [family], steps: 12, from });
    const looks: Look[] = [];
    for await (const look of again.looks()) looks.push(look);
    await again.close();
    expect(looks.map(({ steps }) => steps)).toEqual([10, 12]);
    expect(looks[0]!.samples).toEqual(last.get(id)!.samples);
  });

  it("goes on as it was told to be, by its card", async () => {
    const told = { ...settings, options: { gan: { hidden: [16], latentDim: 3 } } };
    const families = FAMILIES.filter(({ id }) => id === "gan");
    const small = await Trainer.open(runtime, { ...options, families, settings: told, steps: 5 });
    for await (const { steps } of small.looks()) expect(steps).toBe(5);
    const about = aboutPlane({ shape: "moons", seed: 0, settings: told });
    const { zip } = await exported({ runtime, trainer: small, family: "gan", about, checkers: [] });
    await small.close();
    const { standing, recipe } = await reopened("gan.zip", new Uint8Array(await zip.arrayBuffer()), known);
    expect(recipe!.settings.options).toEqual(told.options);
    expect(Object.values(standing.states).map(({ shape }) => shape)).toContainEqual([3, 16]);
  });

  it("is known by a single file that holds all of it", async () => {
    const files = unzipSync(await zipOf("vae"));
    const { family, standing, recipe } = await reopened("network.onnx", files["vae-moons/network.onnx"]!, known);
    expect([family.id, standing.steps, recipe]).toEqual(["vae", 0, undefined]);
  });
});

describe("other files", () => {
  const text = new TextEncoder().encode("Once upon a time");
  it.each([
    ["nothing", new Uint8Array(), "got an empty file"],
    ["text", text, "text: "],
    ["a zip of other things", zipSync({ "notes.json": text }), "expected a card.json in it, got 1 other files"],
    ["half a zip", zipSync({ "card.json": text }).slice(0, 40), "damaged"],
    ["a card that is none", zipSync({ "card.json": text }), "expected JSON"],
  ])("%s", async (name, bytes, says) => {
    await expect(reopened(name, bytes, known)).rejects.toMatchObject({
      name: "GenError",
      message: expect.stringContaining(says) as string,
    });
  });

  it("a part of a model, as an ONNX from elsewhere, is told by its operators", async () => {
    const files = unzipSync(await zipOf("gan"));
    await expect(reopened("sampler.onnx", files["gan-moons/sampler.onnx"]!, known)).rejects.toThrow(
      /expected the weights of a family of this page, got a model of \d+ operators \(\w+, .*\)/,
    );
  });

  it("a file that was changed after the export", async () => {
    const files = unzipSync(await zipOf("vae"));
    files["vae-moons/network.onnx"]![500]! ^= 1;
    await expect(reopened("vae.zip", zipSync(files), known)).rejects.toMatchObject({ code: "hash" });
  });
});
