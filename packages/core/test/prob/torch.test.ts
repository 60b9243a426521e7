import { describe, expect, it } from "vitest";
import { ndarray } from "../../src/ndarray.js";
import {
  affineBijection,
  bernoulli,
  categorical,
  chainBijections,
  expBijection,
  klDivergence,
  laplace,
  logistic,
  mixture,
  multivariateNormal,
  normal,
  oneHotCategorical,
  relaxedCategorical,
  sigmoidBijection,
  softplusBijection,
  tanhBijection,
  transformed,
  uniform,
  type Bijection,
  type Distribution,
  type Law,
} from "../../src/prob.js";
import { constant, type Tensor } from "../../src/tensor/tensor.js";
import fixture from "./fixtures/torch.json" with { type: "json" };
import { numbersOf } from "./numbers.js";

type Nested = number | readonly Nested[];
interface Case {
  readonly x: Nested;
  readonly logProb: Nested;
  readonly mean?: Nested;
  readonly std?: Nested;
  readonly entropy?: Nested;
}

const flat = (values: Nested): number[] => (typeof values === "number" ? [values] : values.flatMap(flat));
const shapeOf = (values: Nested): number[] =>
  typeof values === "number" ? [] : [values.length, ...shapeOf(values[0]!)];
/** A constant of float64: the comparison is not one of f32. */
const f64 = (values: Nested): Tensor => constant(ndarray(flat(values), shapeOf(values), "f64"));
const through = (bijection: Bijection): Law => transformed({ base: normal({ mean: f64(0.5), std: 1.5 }), bijection });

const LOGITS = [0.5, -1, 2, 0.1];
const lower = f64([
  [1.5, 7, 7], // what lies above the diagonal is not read
  [0.4, 0.7, 7],
  [-0.8, 0.3, 0.2],
]);
const vector = multivariateNormal({ mean: f64([0.5, -1, 2]), cholesky: lower });
const ours: Record<keyof typeof fixture.cases, Law & Partial<Distribution>> = {
  normal: normal({ mean: f64(0.5), std: 1.5 }),
  laplace: laplace({ mean: f64(0.5), logScale: Math.log(0.7) }),
  logistic: logistic({ mean: f64(0.5), logScale: Math.log(0.7) }),
  uniform: uniform({ low: f64(-1), high: 3 }),
  bernoulli: bernoulli({ logits: f64(0.7) }),
  categorical: categorical({ logits: f64(LOGITS) }),
  oneHotCategorical: oneHotCategorical({ logits: f64(LOGITS) }),
  relaxedCategorical: relaxedCategorical({ logits: f64(LOGITS), temperature: 0.6 }),
  mixture: mixture({
    logits: f64([0.2, -1, 1.5]),
    components: normal({ mean: f64([-2, 0.5, 3]), std: f64([0.5, 1.5, 0.25]) }),
  }),
  multivariateNormal: vector,
  exp: through(expBijection),
  sigmoid: through(sigmoidBijection),
  tanh: through(tanhBijection),
  softplus: through(softplusBijection),
  affine: through(affineBijection({ shift: f64(2), logScale: -0.5 })),
  chain: through(chainBijections(sigmoidBijection, affineBijection({ shift: f64(-1), logScale: 0.5 }), expBijection)),
};

function expectNear(got: Tensor, wanted: Nested): void {
  const numbers = numbersOf(got);
  const list = flat(wanted);
  expect(numbers).toHaveLength(list.length);
  list.forEach((w, i) => {
    if (!(Math.abs(numbers[i]! - w) <= 1e-9 * (1 + Math.abs(w))))
      expect.fail(`[${i}]: expected ${w}, got ${numbers[i]}`);
  });
}

describe("torch.distributions", () => {
  it.each(Object.entries(ours))("%s", (name, d) => {
    const wanted: Case = fixture.cases[name as keyof typeof ours];
    const x = name === "categorical" ? f64(wanted.x).cast("i32") : f64(wanted.x);
    expectNear(d.logProb(x), wanted.logProb);
    for (const moment of ["mean", "std"] as const) {
      if (wanted[moment] !== undefined) expectNear(d[moment]!, wanted[moment]);
    }
    if (wanted.entropy !== undefined) expectNear(d.entropy!(), wanted.entropy);
  });

  const other = { mean: f64(-1), logScale: Math.log(0.6) };
  const wide = laplace({ mean: f64(0.5), logScale: Math.log(1.5) });
  const box = uniform({ low: f64(-1), high: 1 });
  const [p, q] = [normal({ mean: f64(0.5), std: 1.5 }), normal({ mean: f64(-1), std: 0.6 })];
  const [a, b] = [f64(LOGITS), f64([1, 1, -2, 0])];
  const far = multivariateNormal({
    mean: f64([0, 0.5, 1]),
    cholesky: f64([
      [1, 0, 0],
      [0.5, 2, 0],
      [0.1, -0.2, 0.9],
    ]),
  });
  it.each<[keyof typeof fixture.pairs, Tensor]>([
    ["normal, normal", klDivergence(p, q)],
    ["normal, laplace", klDivergence(p, laplace(other))],
    ["laplace, laplace", klDivergence(wide, laplace(other))],
    ["laplace, normal", klDivergence(wide, q)],
    ["uniform, uniform", klDivergence(box, uniform({ low: f64(-1.5), high: 2 }))],
    ["uniform, normal", klDivergence(box, q)],
    ["bernoulli, bernoulli", klDivergence(bernoulli({ logits: f64(0.7) }), bernoulli({ logits: f64(-1.5) }))],
    ["categorical, categorical", klDivergence(categorical({ logits: a }), categorical({ logits: b }))],
    [
      "oneHotCategorical, oneHotCategorical",
      klDivergence(oneHotCategorical({ logits: a }), oneHotCategorical({ logits: b })),
    ],
    ["multivariateNormal, multivariateNormal", klDivergence(vector, far)],
  ])("KL of %s", (name, kl) => expectNear(kl, fixture.pairs[name]));
});
