/** @file The jax-js side: the whole step, Adam included, is one jitted function, which is the fastest way it offers. */
import { defaultDevice, init, jit, nn, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { product, readFixture } from "../src/fixtures.js";
import { serve, type Request, type Work } from "../src/protocol.js";
import { spec } from "../src/spec.js";
import { versionOf } from "../src/versions.js";

const { learningRate, beta1, beta2, epsilon } = spec.adam;
const { latent } = spec["vae-dense"];

type Params = np.Array[];

// Every use of an array consumes it; `.ref` keeps it for another use.
function loss(params: Params, x: np.Array, noise: np.Array): np.Array {
  const [w1, b1, w2, b2, w3, b3, w4, b4] = params as [
    np.Array,
    np.Array,
    np.Array,
    np.Array,
    np.Array,
    np.Array,
    np.Array,
    np.Array,
  ];
  const n = x.shape[0]!;
  const moments = np.matmul(nn.relu(np.matmul(x.ref, w1).add(b1)), w2).add(b2);
  const mu = moments.ref.slice([], [0, latent]);
  const logVar = moments.slice([], [latent, 2 * latent]);
  const z = mu.ref.add(np.exp(logVar.ref.mul(0.5)).mul(noise));
  const logits = np.matmul(nn.relu(np.matmul(z, w3).add(b3)), w4).add(b4);
  const crossEntropy = nn.softplus(logits.ref).sub(logits.mul(x)).sum();
  const kl = logVar.ref.add(1).sub(np.square(mu)).sub(np.exp(logVar)).sum().mul(-0.5);
  return crossEntropy.add(kl).div(n);
}

const step = jit((params: Params, m: Params, v: Params, t: np.Array, x: np.Array, key: np.Array) => {
  const noise = random.normal(key, [x.shape[0]!, latent]);
  const kept = params.map((p) => p.ref);
  const [value, grads] = valueAndGrad(loss)(params, x, noise) as [np.Array, Params];
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
  if (work !== "vae-dense") throw new Error(`jax-js side: expected vae-dense, got ${work}`);
  await init("wasm");
  defaultDevice("wasm");
  const { batch, data } = spec["vae-dense"];
  const { pictures, params } = readFixture(folder);
  const size = batch * product(data);
  const batches = Array.from({ length: pictures.length / size }, (_, i) =>
    np.array(pictures.slice(i * size, (i + 1) * size)).reshape([batch, ...data]),
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
