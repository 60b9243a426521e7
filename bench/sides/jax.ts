/** @file The jax-js side: the whole step, Adam included, is one jitted function, which is the fastest way it offers. */
import { defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { adamOptions, product, readFixture } from "../src/fixtures.js";
import { serve, type Request, type Work } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { mlp50 } from "../src/works/core.js";
import { vaeDense } from "../src/works/vae.js";

const { learningRate, beta1, beta2, epsilon } = adamOptions;
const { latent } = vaeDense;

type Params = np.Array[];

/** Mean over the batch of a model's loss. Every use of an array consumes it; `.ref` keeps it for another use. */
type Loss = (params: Params, x: np.Array, key: np.Array) => np.Array;

function layer(params: Params, i: number, x: np.Array): np.Array {
  return np.matmul(x, params[2 * i]!).add(params[2 * i + 1]!);
}

function crossEntropy(logits: np.Array, x: np.Array): np.Array {
  return nn.softplus(logits.ref).sub(logits.mul(x)).sum();
}

const vae: Loss = (params, x, key) => {
  const n = x.shape[0]!;
  const moments = layer(params, 1, nn.relu(layer(params, 0, x.ref)));
  const mu = moments.ref.slice([], [0, latent]);
  const logVar = moments.slice([], [latent, 2 * latent]);
  const z = mu.ref.add(np.exp(logVar.ref.mul(0.5)).mul(random.normal(key, [n, latent])));
  const logits = layer(params, 3, nn.relu(layer(params, 2, z)));
  const kl = logVar.ref.add(1).sub(np.square(mu)).sub(np.exp(logVar)).sum().mul(-0.5);
  return crossEntropy(logits, x).add(kl).div(n);
};

const deep: Loss = (params, x, key) => {
  key.dispose();
  const n = x.shape[0]!;
  let h = nn.relu(layer(params, 0, x.ref));
  const last = params.length / 2 - 1;
  for (let i = 1; i < last; i++) h = h.ref.add(nn.relu(layer(params, i, h)).div(mlp50.layers));
  return crossEntropy(layer(params, last, h), x).div(n);
};

const subjects: Readonly<Record<string, { readonly loss: Loss; readonly batch: number }>> = {
  "vae-dense": { loss: vae, batch: vaeDense.batch },
  "mlp-50": { loss: deep, batch: mlp50.batch },
};

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

async function start({ work, folder }: Request): Promise<Work> {
  const subject = subjects[work];
  if (subject === undefined)
    throw new Error(`jax-js side: expected ${Object.keys(subjects).join(" or ")}, got ${work}`);
  const { loss, batch } = subject;
  await init("wasm");
  defaultDevice("wasm");
  const step = stepOf(loss);
  const { rows, params } = readFixture(folder);
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

await serve(`jax-js ${versionOf("@jax-js/jax")}`, start);
