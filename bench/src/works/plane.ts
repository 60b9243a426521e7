/**
 * @file Models of points in the plane, as the page `train` of the playground has them, in a tab of Chromium on wasm, one thread.
 * VAE: networks of 64 and 64 with SiLU, two latent numbers, N(x; decoder, 0.12²). Diffusion: flow matching by a residual network
 * of width 96 that is told the time. Autoregressive: MADE of 64 and 64 with mixtures of 12 normal laws.
 */
import { Made } from "@gen/autoregressive";
import type { Model, Scope, Tensor } from "@gen/core";
import { Affine } from "@gen/core/codec";
import { Diffusion, diffusionLoss, MlpNetwork, straight } from "@gen/diffusion";
import { dense, gaussianLikelihood, Vae } from "@gen/vae";
import { startsOf } from "../params.js";
import { normal, type Random } from "../random.js";
import type { DuelWork, Rows } from "../work.js";

export const planeSizes = { batch: 256, rows: 8192, std: 0.12, hidden: [64, 64], width: 96, components: 12 } as const;

export interface PlaneModel {
  readonly model: Model;
  readonly loss: (x: Tensor, scope: Scope) => Tensor;
}

const { std, hidden, width, components } = planeSizes;

export const planeModels: Readonly<Record<string, () => PlaneModel>> = {
  "plane-vae"() {
    const architecture = dense({ hidden: [...hidden], activation: "silu" });
    const codec = new Affine({ shape: [2], scale: 1 });
    const model = new Vae({ shape: [2], latentDim: 2, architecture, likelihood: gaussianLikelihood({ std }), codec });
    return { model, loss: (x, scope) => model.loss({ x }, scope).loss };
  },
  "plane-diffusion"() {
    const model = new Diffusion({
      network: new MlpNetwork({ dim: 2, width }),
      process: straight(),
      target: "velocity",
    });
    return { model, loss: (x, scope) => diffusionLoss(model, { x }, { scope }) };
  },
  "plane-autoregressive"() {
    const model = new Made({ dim: 2, hidden: [...hidden], components });
    return { model, loss: (x, scope) => model.loss(x, scope) };
  },
};

const work = (id: string, title: string, zero?: RegExp): DuelWork => ({
  kind: "duel",
  id,
  title,
  sizes: planeSizes,
  params: () => startsOf(planeModels[id]!().model, zero === undefined ? {} : { zero }),
  rows: moons,
  steps: 200,
  opponents: [{ peer: "jax-js-tab", target: 1, steps: 50 }],
  compared: { first: 48, within: 0.1 },
});

export const planes: readonly DuelWork[] = [
  work("plane-vae", "VAE of the plane in a tab, wasm, batch 256, Adam"),
  work("plane-diffusion", "flow matching of the plane in a tab, wasm, batch 256, Adam", /last\.weight$/),
  work("plane-autoregressive", "MADE of the plane in a tab, wasm, batch 256, Adam"),
];

/** Two half circles. */
function moons(random: Random): Rows {
  const data = new Float32Array(2 * planeSizes.rows);
  for (let i = 0; i < planeSizes.rows; i++) {
    const angle = Math.PI * random();
    const sign = i % 2 === 0 ? 1 : -1;
    data[2 * i] = sign * (Math.cos(angle) - 0.5) + 0.1 * normal(random);
    data[2 * i + 1] = sign * (Math.sin(angle) - 0.25) + 0.1 * normal(random);
  }
  return { shape: [planeSizes.rows, 2], data };
}
