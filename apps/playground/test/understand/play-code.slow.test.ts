/** @file The code that pages show of their models runs, and gives what they give. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { NdArray } from "@gen/core";
import { expect, it } from "vitest";
import { SHIPPED } from "../../shipped/models.js";
import { root } from "../site.js";

interface Ran {
  readonly result: NdArray | string;
  /** What else one of them gives. */
  readonly [name: string]: unknown;
}
const FOLDER = "src/understand/snippets/play";

const load = async (name: string): Promise<Ran> =>
  (await import(`../../src/understand/snippets/play/${name}.ts`)) as Ran;
const meanOf = ({ data }: NdArray): number => Array.from(data, Number).reduce((a, b) => a + b, 0) / data.length;
const within = ({ data }: NdArray, low: number, high: number): boolean => data.every((v) => v >= low && v <= high);

it("is there for every model", async () => {
  const files = (await readdir(join(root, FOLDER))).map((file) => file.replace(/\.ts$/, ""));
  const models = Object.keys(SHIPPED).map((name) => (name.endsWith("-flow") ? "flow" : name));
  expect(new Set(files)).toEqual(new Set(models));
});

/** Of pictures: their shape, the least and most of a number, and the least and most of the mean, which is ink. */
it.each([
  ["glyphs-vae", [4, 1, 28, 28], [0, 1], [0.05, 0.4]],
  ["mnist-gan", [12, 1, 28, 28], [0, 1], [0.07, 0.2]],
  ["mnist-diffusion", [3, 1, 28, 28], [-1.2, 1.2], [-0.9, -0.6]],
  ["emoji-words", [2, 4, 32, 32], [-2, 2], [-1, 1]],
  ["mnist-pixelcnn", [1, 1, 28, 28], [0, 1], [0.05, 0.3]],
  ["bach-lstm", [1, 64, 64], [0, 1], [0.03, 0.09]],
  ["emoji-vq", [6, 3, 32, 32], [-0.5, 1.5], [0.2, 1]],
] as const)("%s draws", async (name, shape, [low, high], [least, most]) => {
  const result = (await load(name)).result as NdArray;
  expect(result.shape).toEqual(shape);
  expect(within(result, low, high)).toBe(true);
  expect(meanOf(result)).toBeGreaterThan(least);
  expect(meanOf(result)).toBeLessThan(most);
});

it("flow carries noise to a checkerboard and back", async () => {
  const { result, farthest, entropy } = await load("flow");
  const { data } = result as NdArray;
  const isOn = Array.from({ length: data.length / 2 }, (_, i) => {
    const [x, y] = [Number(data[2 * i]), Number(data[2 * i + 1])];
    return (((Math.floor(x) + Math.floor(y)) % 2) + 2) % 2 === 0;
  });
  expect(isOn.filter(Boolean).length / isOn.length).toBeGreaterThan(0.85);
  expect(farthest).toBeLessThan(1e-2);
  expect(entropy).toBeGreaterThan(Math.log(8) - 0.1); // that of the board: eight squares
  expect(entropy).toBeLessThan(Math.log(8) + 0.3);
});

it("shakespeare-gpt goes on with its prompt", async () => {
  const { result } = await load("shakespeare-gpt");
  expect(result).toMatch(/^ROMEO:/);
  expect(result).toHaveLength(66);
});
