import assert from "node:assert/strict";
import { test } from "node:test";
import { readArguments } from "../src/arguments.js";
import { compareLosses, duel, median, type Turn } from "../src/measure.js";
import { starts } from "../sides/ours/starts.js";
import { merged, withBetween, type Report } from "../src/report.js";
import type { DuelWork } from "../src/work.js";
import { works } from "../src/works.js";

/** A side whose turns take the given seconds. */
function turns(seconds: readonly number[], loss = 100): Turn {
  let i = 0;
  return () =>
    Promise.resolve({ seconds: seconds[i++]!, steps: 10, losses: Array<number>(10).fill(loss), version: "a 1" });
}

void test("the warm-up does not count, and the ratio is the median over pairs", async () => {
  const result = await duel(turns([9, 1, 1, 1]), turns([9, 2, 3, 8]), { pairs: 3 });
  assert.equal(result.ratio, 3);
  assert.deepEqual(result.range, [2, 8]);
  assert.equal(result.ours, 10);
});

void test("sides that do not learn the same thing are an error", async () => {
  await assert.rejects(duel(turns([1, 1]), turns([1, 1], 90), { pairs: 1 }), /within 2 %/);
  assert.throws(() => compareLosses([NaN], [1]), /finite/);
  assert.equal(compareLosses([1, 5], [1.1, 9], { first: 1, within: 0.15 }).steps, 1);
  assert.throws(() => compareLosses([1, 5], [1.3, 5], { first: 1, within: 0.15 }), /within 15 %/);
  assert.equal(compareLosses([5, 1, 1], [9, 1, 1, 7]).steps, 3);
});

void test("losses are compared before noise alone decides", () => {
  const long = (late: number): number[] => Array.from({ length: 200 }, (_, i) => (i < 96 ? 1 : late));
  assert.equal(compareLosses(long(1), long(2)).steps, 96);
  assert.throws(() => compareLosses(long(1).fill(3, 50, 96), long(1)), /within 2 %/);
});

void test("medians of odd and even counts", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

void test("unknown flags and works name the nearest valid one", () => {
  assert.throws(() => readArguments(["--onyl", "vae-dense"]), /--only/);
  assert.throws(() => readArguments(["--only", "vae-dens"]), /vae-dense/);
  assert.throws(() => readArguments(["--against", "torhc"]), /torch/);
  assert.throws(() => readArguments(["--pairs", "2"]), /≥ 5/);
  assert.deepEqual(readArguments(["--only", "memory"]).only, ["memory"]);
});

void test("the dense VAE has the parameters of 784-400-20", () => {
  const vae = works.find((work) => work.kind === "duel" && work.id === "vae-dense") as DuelWork;
  const sizes = vae.params().map(({ shape }) => shape.reduce((a, b) => a * b));
  assert.equal(
    sizes.reduce((a, b) => a + b),
    784 * 400 + 400 + 400 * 40 + 40 + 20 * 400 + 400 + 400 * 784 + 784,
  );
});

void test("a record takes the place of the same comparison alone", () => {
  const shared = { machine: "m", threads: 2, versions: [], pairs: 5 };
  const row = { work: "vae-dense", ratio: 1, ours: 1, theirs: 1, unit: "steps/s", target: 1, date: "d" };
  const lost = { work: "vae-conv", against: "torch", reason: "it failed" };
  const old: Report = {
    ...shared,
    results: [
      { ...row, against: "torch" },
      { ...row, against: "jax-js" },
    ],
    absent: [lost],
  };
  const now: Report = {
    ...shared,
    results: [
      { ...row, work: "vae-conv", against: "torch", ratio: 3 },
      { ...row, against: "torch", ratio: 2 },
    ],
    absent: [],
  };
  const { results, absent } = merged(old, now);
  assert.deepEqual(
    results.map(({ work, against, ratio }) => [work, against, ratio]),
    [
      ["vae-dense", "jax-js", 1],
      ["vae-dense", "torch", 2],
      ["vae-conv", "torch", 3],
    ],
  );
  assert.deepEqual(absent, []);
  const failed = merged(old, { ...shared, results: [], absent: [{ ...lost, work: "vae-dense" }] });
  assert.equal(failed.results.length, 2); // what was measured stays
  assert.deepEqual(failed.absent, [lost]);
  assert.equal(merged(undefined, now), now);
});

void test("a README keeps what is around its table", () => {
  assert.equal(
    withBetween("a <!-- x --> old <!-- /x --> b", ["<!-- x -->", "<!-- /x -->"], "new"),
    "a <!-- x -->\n\nnew\n\n<!-- /x --> b",
  );
  assert.throws(() => withBetween("no markers", ["<", ">"], ""), /markers/);
});

void test("our side knows how every work starts", () => {
  for (const { id } of works) assert.ok(starts[id], id);
});
