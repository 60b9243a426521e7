import { afterAll, describe, expect, it } from "vitest";
import { node } from "@gen/core/node";
import { CELLS } from "../../src/train/course.js";
import { cloud, REACH } from "../../src/train/densities.js";
import { FAMILIES } from "../../src/train/families.js";
import { train, type Look } from "../../src/train/training.js";

const runtime = await node({ threads: 1 });
afterAll(() => runtime.close());

async function looks(seed: number): Promise<Look[]> {
  const signal = new AbortController().signal;
  const settings = { learningRate: 2e-3, batch: 64 };
  const points = cloud("moons", seed, []);
  const found: Look[] = [];
  const options = { families: FAMILIES, points, settings, seed, steps: 40, turn: 20, signal };
  for await (const look of train(runtime, options)) found.push(look);
  return found;
}

describe("a training of all families", () => {
  it("takes turns, and shows finite samples and densities that nearly integrate to one", async () => {
    const found = await looks(0);
    expect(found.map(({ family, steps }) => `${family} ${steps}`)).toEqual(
      [20, 40].flatMap((steps) => FAMILIES.map(({ id }) => `${id} ${steps}`)),
    );
    for (const { losses, samples } of found) {
      expect(losses).toHaveLength(20);
      expect(samples.every(Number.isFinite)).toBe(true);
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
    const samples = async (): Promise<unknown> => (await looks(1)).map((look) => look.samples);
    expect(await samples()).toEqual(await samples());
  });
});
