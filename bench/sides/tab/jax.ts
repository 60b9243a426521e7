/** @file The page of jax-js on its wasm backend. */
import { defaultDevice, init, nn, numpy as np, random } from "@jax-js/jax";
import { madeMasks } from "@gen/core/nn";
import { planeSizes } from "../../src/works/plane.js";
import { layer, trained, type Loss, type Params } from "../jax-training.js";
import { page } from "./page.js";

const { batch, std, components, hidden } = planeSizes;
const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** Three layers from the i-th on, with SiLU between them. */
function mlp(params: Params, i: number, x: np.Array): np.Array {
  return layer(params, i + 2, nn.silu(layer(params, i + 1, nn.silu(layer(params, i, x)))));
}

const vae: Loss = (params, x, key) => {
  const moments = mlp(params, 0, x.ref);
  const mu = moments.ref.slice([], [0, 2]);
  const logVar = moments.slice([], [2, 4]);
  const z = mu.ref.add(np.exp(logVar.ref.mul(0.5)).mul(random.normal(key, [batch, 2])));
  const error = x.sub(mlp(params, 3, z)).div(std);
  const nats = np
    .square(error)
    .mul(0.5)
    .add(Math.log(std) + HALF_LOG_TAU)
    .sum();
  const kl = logVar.ref.add(1).sub(np.square(mu)).sub(np.exp(logVar)).sum().mul(-0.5);
  return nats.add(kl).div(batch);
};

/** Times stay so far from 0 and 1; the network is told how far log σ is on its way, from 0 to 1000. */
const MARGIN = 1e-3;
const REACH = 2 * Math.log((1 - MARGIN) / MARGIN);
const RATES = Array.from({ length: 32 }, (_, i) => 10_000 ** (-i / 32));

const diffusion: Loss = (params, x, key) => {
  const [k1, k2] = [random.split(key.ref, 2).slice(0), random.split(key, 2).slice(1)];
  const t = random
    .uniform(k1, [batch, 1])
    .mul(1 - 2 * MARGIN)
    .add(MARGIN);
  const noise = random.normal(k2, [batch, 2]);
  const sigma = t.ref.div(np.subtract(1, t.ref));
  const clock = np
    .log(sigma)
    .add(REACH / 2)
    .mul(1000 / REACH); //                     [N, 1]
  const angles = clock.mul(np.array(RATES).reshape([1, 32]));
  const waves = np.concatenate([np.sin(angles.ref), np.cos(angles)], 1); //            [N, 64]
  const e = nn.silu(layer(params, 1, nn.silu(layer(params, 0, waves))));
  const noisy = x.ref.mul(np.subtract(1, t.ref)).add(noise.ref.mul(t));
  let h = layer(params, 2, noisy);
  for (let i = 3; i < 12; i += 3) {
    const told = nn
      .standardize(h.ref, 1)
      .mul(layer(params, i, e.ref).add(1))
      .add(layer(params, i + 1, e.ref));
    h = h.add(layer(params, i + 2, nn.silu(told)));
  }
  e.dispose();
  return np.square(layer(params, 12, nn.silu(h)).sub(noise.sub(x))).mean();
};

const masks = madeMasks({ inputs: 2, hidden: [...hidden], perInput: 3 * components });

const autoregressive: Loss = (params, x, key) => {
  key.dispose();
  const masked = (i: number, h: np.Array): np.Array => {
    const mask = np.array(masks[i]!.data as Float32Array<ArrayBuffer>).reshape([...masks[i]!.shape]);
    return np.matmul(h, params[i]!.mul(mask)).add(params[i + 3]!);
  };
  const out = masked(2, nn.relu(masked(1, nn.relu(masked(0, x.ref))))).reshape([batch, 2, 3 * components]);
  const logits = out.ref.slice([], [], [0, components]);
  const mean = out.ref.slice([], [], [components, 2 * components]);
  const logStd = out.slice([], [], [2 * components, 3 * components]);
  const error = x
    .reshape([batch, 2, 1])
    .sub(mean)
    .mul(np.exp(logStd.ref.mul(-1)));
  const each = np.square(error).mul(-0.5).sub(logStd).sub(HALF_LOG_TAU);
  return nn.logsumexp(nn.logSoftmax(logits, 2).add(each), 2).sum().div(-batch);
};

const losses: Readonly<Record<string, Loss>> = {
  "plane-vae": vae,
  "plane-diffusion": diffusion,
  "plane-autoregressive": autoregressive,
};

page(async (work, fixture) => {
  await init("wasm");
  defaultDevice("wasm");
  return trained(fixture, { loss: losses[work]!, batch });
});
