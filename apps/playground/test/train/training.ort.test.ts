import { afterAll, describe, expect, it } from "vitest";
import { node } from "@gen/core/node";
import { CELLS, REACH } from "../../src/plane/plane.js";
import { cloud } from "../../src/train/densities.js";
import { FAMILIES } from "../../src/train/families.js";
import { train, Trainer, type Look } from "../../src/train/training.js";

const runtime = await node({ threads: 1 });
afterAll(() => runtime.close());

async function looks(seed: number, steps = 20): Promise<Look[]> {
  const signal = new AbortController().signal;
  const settings = { learningRate: 2e-3, batch: 64 };
  const points = cloud("moons", seed, []);
  const found: Look[] = [];
  const options = { families: FAMILIES, points, settings, seed, steps, turn: 10, signal };
  for await (const look of train(runtime, options)) found.push(look);
  return found;
}

describe("a training of all families", () => {
  it("takes turns, and shows finite samples and densities that nearly integrate to one", async () => {
    const found = await looks(0);
    expect(found.map(({ family, steps }) => `${family} ${steps}`)).toEqual(
      [10, 20].flatMap((steps) => FAMILIES.map(({ id }) => `${id} ${steps}`)),
    );
    for (const { losses, samples } of found) {
      expect(losses).toHaveLength(10);
      expect(samples.every(Number.isFinite)).toBe(true);
      expect(samples.some((v) => v < -0.2)).toBe(true); // the plane, and not the intensities of pictures
    }
    const area = ((2 * REACH) / CELLS) ** 2;
    for (const { family, logDensity } of found.slice(-FAMILIES.length)) {
      const { densityLabel } = FAMILIES.find(({ id }) => id === family)!;
      expect(logDensity !== undefined, family).toBe(densityLabel !== undefined);
      if (logDensity === undefined) continue;
      const mass = logDensity.reduce((sum, v) => sum + Math.exp(v) * area, 0);
      expect(mass, family).toBeGreaterThan(0.8);
      expect(mass, family).toBeLessThan(1.1);
    }
  });

  it("gives the same for the same seed", async () => {
    const samples = async (): Promise<unknown> => (await looks(1, 10)).map((look) => look.samples);
    expect(await samples()).toEqual(await samples());
  });

  it("has log p of a single point, as in the map", async () => {
    const families = FAMILIES.filter(({ id }) => id === "autoregressive" || id === "gan");
    const settings = { learningRate: 2e-3, batch: 64 };
    const options = { families, points: cloud("moons", 0, []), settings, seed: 0, steps: 5, turn: 5 };
    const trainer = await Trainer.open(runtime, { ...options, signal: new AbortController().signal });
    const looks: Look[] = [];
    for await (const look of trainer.looks()) looks.push(look);
    const corner = REACH / CELLS - REACH; // the middle of the first cell
    expect(await trainer.logDensity("autoregressive", [corner, corner])).toBeCloseTo(looks[1]!.logDensity![0]!, 4);
    expect(await trainer.logDensity("gan", [0, 0])).toBeUndefined();
    await trainer.close();
  });
});
