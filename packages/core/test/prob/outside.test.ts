import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import { bernoulli } from "../../src/prob/bernoulli.js";
import { categorical } from "../../src/prob/categorical.js";
import { discretisedLogistic } from "../../src/prob/discretised-logistic.js";
import { discretisedLogisticMixture } from "../../src/prob/discretised-logistic-mixture.js";
import type { InvertedLaw } from "../../src/prob/distribution.js";
import { mixture } from "../../src/prob/mixture.js";
import { normal } from "../../src/prob/normal.js";
import { randomUniform } from "../../src/tensor/random.js";
import { constant, full, type Tensor } from "../../src/tensor/tensor.js";
import { numbersOf, testKey } from "./numbers.js";

const N = 500;
const rows = (values: readonly number[]): Tensor => constant(ndarray(values)).expand([N, values.length]);
const KEY = testKey(3);

/** Each of [N] events, and a value that is not the one drawn. */
const laws: [string, InvertedLaw, (drawn: Tensor) => Tensor][] = [
  ["bernoulli", bernoulli({ logits: full([N], 0.4) }), (x) => x.neg().add(1)],
  ["categorical", categorical({ logits: rows([0.3, -1, 1]) }), (x) => x.equal(2).where(full([N], 0, "i32"), x.add(1))],
  ["normal", normal({ mean: full([N], 0.5), std: 2 }), (x) => x.add(0.1)],
  [
    "discretised logistic",
    discretisedLogistic({ mean: full([N], 0.3), logScale: -1, levels: 4 }),
    (x) => x.neg().add(1),
  ],
  [
    "mixture of a family",
    mixture({ logits: rows([0, 1]), components: normal({ mean: rows([-4, 4]), std: rows([1, 0.5]) }) }),
    (x) => x.add(0.1),
  ],
  [
    "mixture of different ones",
    mixture({
      logits: rows([0, 1]),
      components: [normal({ mean: full([N], -2), std: 0.5 }), normal({ mean: full([N], 2), std: 1 })],
    }),
    (x) => x.add(0.1),
  ],
  ["events of several", bernoulli({ logits: rows([0.4, -1, 0]), eventDims: 1 }), (x) => x.neg().add(1)],
];

describe.each(laws)("%s", (_, law, other) => {
  it("has no draw outside of its own part of (0, 1), and every other value there", () => {
    const drawn = law.sample(KEY);
    const [own, others] = [drawn, other(drawn)].map((x) => numbersOf(law.outside(x, KEY)));
    expect(own).toHaveLength(N);
    expect(Math.max(...own!)).toBeLessThan(1e-6);
    expect(Math.min(...others!)).toBeGreaterThan(0);
    expect(Math.max(...others!)).toBeGreaterThan(0.01);
  });
});

it("says how far: of a coin, |u − p| where the other side is told", () => {
  const law = bernoulli({ logits: full([N], 0.4) });
  const p = 1 / (1 + Math.exp(-0.4));
  const u = numbersOf(randomUniform(KEY, [N]));
  const told = numbersOf(law.outside(law.sample(KEY).neg().add(1), KEY));
  told.forEach((d, i) => expect(d).toBeCloseTo(Math.abs(u[i]! - p), 6));
});

it("of pixels of coupled channels finds the component that was drawn, and the channel that differs", () => {
  const [n, K, C, levels] = [200, 3, 3, 8];
  const spread = (values: readonly number[], shape: readonly number[]): Tensor =>
    constant(ndarray(values, [1, ...shape, 1])).expand([n, ...shape, 1]);
  const law = discretisedLogisticMixture({
    logits: spread([0, 0.5, -0.5], [K]),
    mean: spread([-0.5, 0, 0.3, 0.2, 0.7, -0.4, 0, 0, 0.9], [K, C]),
    logScale: spread([-1, -2, -1, -2, -1, -1, -2, -2, -1], [K, C]),
    coefficients: spread([0.5, -0.3, 0.2, 0.1, 0.9, -0.5, 0, 0.4, -0.6], [K, 3]),
    levels,
    low: -1,
    high: 1,
  });
  const drawn = law.sample(KEY); // [n, C, 1]
  expect(Math.max(...numbersOf(law.outside(drawn, KEY)))).toBeLessThan(1e-6);
  for (let c = 0; c < C; c++) {
    const isLast = constant(
      ndarray(
        [0, 1, 2].map((b) => Number(b === c)),
        [1, C, 1],
      ),
    ).greater(0);
    const changed = isLast.where(drawn.neg(), drawn); // no level is 0
    const outside = numbersOf(law.outside(changed, KEY));
    expect(outside.filter((d) => d > 1e-3).length).toBeGreaterThan(0.9 * n);
  }
});
