/** @file Numbers for tests by distribution: parameters off their start, and draws against probabilities. */
import { key, ndarray, parameters, type Model, type NdArray, type Runtime, type Store } from "@gen/core";
import { expect } from "vitest";

export const numbers = ({ data }: NdArray): number[] => Array.from(data as Iterable<number>, Number);

/** Numbers for the parameters that stand a little off where they start, so that no zero hides a mistake. */
export async function movedStore(on: Runtime, model: Model, reach = 0.1): Promise<Store> {
  const store = await on.init(model, { key: key(1) });
  for (const [i, path] of [...parameters(model).keys()].entries()) {
    const array = await store.read(path);
    const values = numbers(array).map((v, k) => v + reach * Math.sin(1 + i + 2.4 * k));
    await store.write(path, ndarray(values, array.shape));
  }
  return store;
}

/** χ² of draws against probabilities, rare outcomes together, within 4.5 deviations of its mean. */
export function expectDistributed(draws: readonly number[], p: readonly number[]): void {
  const n = draws.length;
  const counts = new Map<number, number>();
  draws.forEach((draw) => counts.set(draw, (counts.get(draw) ?? 0) + 1));
  let [chi, cells, rareExpected, rareSeen] = [0, 0, 0, 0];
  p.forEach((q, i) => {
    const seen = counts.get(i) ?? 0;
    if (q === 0 && seen > 0) expect.fail(`drew outcome ${i}, which is impossible`);
    if (n * q < 5) [rareExpected, rareSeen] = [rareExpected + n * q, rareSeen + seen];
    else [chi, cells] = [chi + (seen - n * q) ** 2 / (n * q), cells + 1];
  });
  if (rareExpected > 5) [chi, cells] = [chi + (rareSeen - rareExpected) ** 2 / rareExpected, cells + 1];
  const freedom = cells - 1;
  expect(chi).toBeLessThan(freedom + 4.5 * Math.sqrt(2 * freedom));
}
