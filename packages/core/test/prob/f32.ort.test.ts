import { afterAll, expect, it } from "vitest";
import { feed, grad, iota, key, program, type NdArray, type Tensor } from "../../src/index.js";
import {
  bernoulli,
  categorical,
  discretisedLogistic,
  discretisedLogisticMixture,
  klBernoulli,
  klStandardNormal,
  logistic,
  mixture,
  multivariateNormal,
  normal,
  relaxedCategorical,
  sigmoidBijection,
  tanhBijection,
  transformed,
} from "../../src/prob.js";
import { ndarray } from "../../src/ndarray.js";
import { node } from "../../src/node.js";
import { runReference } from "../../src/testing/run-reference.js";

const runtime = await node({ threads: 1 });
afterAll(() => runtime.close());

/** Parameters from a gentle middle to where f32 overflows. */
const EXTREMES = [-100, -30, -8, -5, -2, -0.5, 0, 0.5, 2, 5, 8, 30, 100];
const list = (values: readonly number[], n = 1): NdArray =>
  ndarray(values.flatMap((v) => new Array<number>(n).fill(v)));

/** Values and gradients of Σ f(a, b), one column each. */
async function expectSame(f: (a: Tensor, b: Tensor) => Tensor, a: NdArray, b: NdArray): Promise<void> {
  const [x, y] = [feed(a.shape), feed(b.shape)];
  const value = f(x, y);
  const [dx, dy] = grad(value.sum(), [x, y]);
  const p = program({ feeds: { x, y }, outputs: { value, dx: dx!, dy: dy! } });
  const store = await runtime.init({}, { key: key(0) });
  const got = await runtime.run(p, { store, feeds: { x: a, y: b } });
  const wanted = runReference(p, { store: new Map(), feeds: { x: a, y: b } });
  for (const [name, { data }] of Object.entries(wanted)) {
    data.forEach((v: number | bigint, i: number) => {
      const error = Math.abs(Number(got[name]!.data[i]) - Number(v));
      if (!(error <= 3e-5 * (1 + Math.abs(Number(v))))) {
        expect.fail(`${name}[${i}] at ${a.data[i]!}, ${b.data[i]!}: expected ${v}, got ${String(got[name]!.data[i])}`);
      }
    });
  }
}

const n = EXTREMES.length;
const others = (values: readonly number[]): NdArray =>
  ndarray(Array.from({ length: n * values.length }, (_, i) => values[i % values.length]!));

it("densities and their gradients survive f32", async () => {
  await expectSame((l, x) => bernoulli({ logits: l }).logProb(x), list(EXTREMES, 3), others([0, 0.5, 1]));
  await expectSame(
    (l, m) => klBernoulli(bernoulli({ logits: l }), bernoulli({ logits: m })),
    list(EXTREMES, 3),
    others([-3, 0, 40]),
  );
  await expectSame(
    (s, x) => normal({ mean: x, logStd: s }).logProb(x.add(0.5)),
    list([-3, -1, 0, 2, 5], 2),
    ndarray(new Array<number>(10).fill(0.25)),
  );
  await expectSame(
    (s, m) => klStandardNormal(normal({ mean: m, logStd: s })),
    list([-30, -3, -1, 0, 2], 2),
    ndarray(new Array<number>(10).fill(0.25)),
  );
  await expectSame(
    (a, b) => categorical({ logits: a.mul(b).reshape([n, 3]) }).logProb(iota(n, "i32").mul(0).add(1)),
    list(EXTREMES, 3),
    others([1, -1, 0.5]),
  );
});

it("so does the discretised logistic, at every scale: narrow levels lose no digits", async () => {
  const levels = ndarray(Array.from({ length: n * 4 }, (_, i) => [0, 20 / 255, 128 / 255, 1][i % 4]!));
  for (const mu of [-3, 0.1, 0.5, 4]) {
    const x = levels;
    await expectSame(
      (logScale, at) => discretisedLogistic({ mean: at.mul(0).add(mu), logScale }).logProb(at.stopGradient()),
      list(EXTREMES, 4),
      x,
    );
  }
});

it("so do the laws that are made of others", async () => {
  await expectSame((m, x) => logistic({ mean: m, logScale: 0.5 }).logProb(x), list(EXTREMES, 3), others([-3, 0, 40]));
  await expectSame(
    (m, x) => mixture({ logits: x, components: normal({ mean: m, std: 2 }) }).logProb(x.sum(-1)),
    ndarray(list(EXTREMES, 3).data, [n, 3]),
    ndarray(others([1, -1, 30]).data, [n, 3]),
  );
  await expectSame(
    (l, x) =>
      relaxedCategorical({ logits: l.mul(x), temperature: 0.5 }).logProb(
        x
          .abs()
          .div(x.abs().sum(-1, { keepDims: true }))
          .stopGradient(),
      ),
    ndarray(list(EXTREMES, 3).data, [n, 3]),
    ndarray(others([1, -1, 0.5]).data, [n, 3]),
  );
  for (const bijection of [sigmoidBijection, tanhBijection]) {
    await expectSame(
      (m, x) => transformed({ base: normal({ mean: m, std: 2 }), bijection }).logProb(x),
      list(EXTREMES, 3),
      others([0.25, 0.5, 0.9]),
    );
  }
  await expectSame(
    (m, x) => multivariateNormal({ mean: m, cholesky: x.exp().unsqueeze(1).expand([3, 3]) }).logProb(m.mul(0.5)),
    ndarray(list([-3, 0.5, 2, 8], 3).data, [4, 3]),
    ndarray(others([1, -1, 0.5]).data.slice(0, 3), [3]),
  );
  const [N, K] = [2, 2];
  await expectSame(
    (m, x) =>
      discretisedLogisticMixture({
        logits: m.reshape([N, K * 3, 1]).slice(1, 0, K),
        mean: m.reshape([N, K, 3, 1]),
        logScale: m.reshape([N, K, 3, 1]).neg(),
        coefficients: m.reshape([N, K, 3, 1]).tanh(),
      }).logProb(x.reshape([N, 3, 1])),
    ndarray([-30, 0.1, 0.5, 8, 0.9, -2, 100, 0.2, 0.3, 0.7, 0.6, -100]),
    ndarray([0, 20 / 255, 1, 1, 0.2, 128 / 255]),
  );
});
