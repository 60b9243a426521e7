import { expect, it } from "vitest";
import { ratios, ROWS, SETS, standings } from "../src/compare/results.js";

const row = { paper: "", unit: "nats", date: "", notes: "", standardError: 0.5 };

it("a ratio above 1 is better than the paper, whichever way is better", () => {
  const [lower, higher, ...none] = ratios([
    { ...row, id: "a", ours: 80, target: 100, better: "lower" },
    { ...row, id: "b", ours: 80, target: 100, better: "higher" },
    { ...row, id: "c", ours: 1, target: 0, better: "higher" },
    { ...row, id: "d", ours: 1, better: "higher" },
  ]);
  expect([lower!.value, higher!.value, none]).toEqual([1.25, 0.8, []]);
  for (const { low, value, high } of [lower!, higher!]) expect(low < value && value < high).toBe(true);
});

it("what repro has measured is in the page", () => {
  expect(ROWS.length).toBeGreaterThan(10);
  expect(ratios(ROWS).every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))).toBe(true);
  for (const set of Object.keys(SETS)) expect(standings(set, "frechet")[0]!.name).toBe("other rows of the data");
});
