/** @file The jax-js side in Node. */
import { defaultDevice, init, nn, numpy as np, random } from "@jax-js/jax";
import { readFixture } from "../src/fixtures.js";
import { serve, type Request, type Work } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { mlp50 } from "../src/works/core.js";
import { vaeDense } from "../src/works/vae.js";
import { layer, trained, type Loss } from "./jax-training.js";

const { latent } = vaeDense;

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

async function start({ work, folder }: Request): Promise<Work> {
  const subject = subjects[work];
  if (subject === undefined)
    throw new Error(`jax-js side: expected ${Object.keys(subjects).join(" or ")}, got ${work}`);
  await init("wasm");
  defaultDevice("wasm");
  return trained(readFixture(folder), subject);
}

await serve(`jax-js ${versionOf("@jax-js/jax")}`, start);
