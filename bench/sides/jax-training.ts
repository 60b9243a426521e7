/** @file Training by jax-js: the whole step, Adam included, is one jitted function, which is the fastest way it offers. */
import { jit, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { adamOptions, product, type Fixture } from "../src/fixture.js";
import type { Work } from "../src/protocol.js";

const { learningRate, beta1, beta2, epsilon } = adamOptions;

export type Params = np.Array[];

/** Mean over the batch of a model's loss. Every use of an array consumes it; `.ref` keeps it for another use. */
export type Loss = (params: Params, x: np.Array, key: np.Array) => np.Array;

/** x W + b of layer i, whose weight and bias follow each other in the parameters. */
export function layer(params: Params, i: number, x: np.Array): np.Array {
  return np.matmul(x, params[2 * i]!).add(params[2 * i + 1]!);
}

const stepOf = (loss: Loss) =>
  jit((params: Params, m: Params, v: Params, t: np.Array, x: np.Array, key: np.Array) => {
    const kept = params.map((p) => p.ref);
    const [value, grads] = valueAndGrad(loss)(params, x, key) as [np.Array, Params];
    const next = t.add(1);
    const correction1 = np.subtract(1, np.power(beta1, next.ref));
    const correction2 = np.subtract(1, np.power(beta2, next.ref));
    const moved = grads.map((g, i) => {
      const mi = m[i]!.mul(beta1).add(g.ref.mul(1 - beta1));
      const vi = v[i]!.mul(beta2).add(np.square(g).mul(1 - beta2));
      const root = np.sqrt(vi.ref.div(correction2.ref)).add(epsilon);
      return { p: kept[i]!.sub(mi.ref.div(correction1.ref).div(root).mul(learningRate)), m: mi, v: vi };
    });
    correction1.dispose();
    correction2.dispose();
    return { loss: value, t: next, p: moved.map((s) => s.p), m: moved.map((s) => s.m), v: moved.map((s) => s.v) };
  });

export function trained({ rows, params }: Fixture, { loss, batch }: { loss: Loss; batch: number }): Work {
  const step = stepOf(loss);
  const shape = [batch, ...rows.shape.slice(1)];
  const size = product(shape);
  const batches = Array.from({ length: rows.data.length / size }, (_, i) =>
    np.array(rows.data.slice(i * size, (i + 1) * size)).reshape(shape),
  );
  let p: Params = [...params.values()].map(({ data, shape }) => np.array(data).reshape([...shape]));
  let m: Params = p.map((a) => np.zeros(a.shape));
  let v: Params = p.map((a) => np.zeros(a.shape));
  let t = np.array(0);
  let done = 0;
  return {
    async run(steps) {
      const losses: number[] = [];
      for (let i = 0; i < steps; i++, done++) {
        const out = step(p, m, v, t, batches[done % batches.length]!.ref, random.key(done));
        ({ p, m, v, t } = out);
        losses.push((await out.loss.data())[0]!);
      }
      return losses;
    },
  };
}
