import { expect, it } from "vitest";
import type { NdArray, Runtime } from "@gen/core";
import { FAMILIES } from "../../src/train/families.js";

interface Snippet {
  readonly runtime: Runtime;
  readonly losses: readonly number[];
  readonly samples: NdArray;
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

it.each(FAMILIES.map(({ id }) => id))("the code that the page shows for the %s learns and samples", async (id) => {
  const { runtime, losses, samples } = (await import(`../../src/understand/snippets/${id}.ts`)) as Snippet;
  expect(losses).toHaveLength(200);
  expect(losses.every(Number.isFinite)).toBe(true);
  if (id !== "gan") expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20))); // a game has no such number
  expect(samples.shape).toEqual([600, 2]);
  await runtime.close();
});
