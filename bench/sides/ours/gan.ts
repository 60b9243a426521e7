/** @file GANs of `@gen/gan`: both players in one step. */
import { adam } from "@gen/core/optim";
import { dcgan, dense, game, Gan, gradientPenalty, wasserstein } from "@gen/gan";
import { adamOptions } from "../../src/fixture.js";
import { ganDcgan, ganDense, ganPenalty, type DenseGanSizes } from "../../src/works/gan.js";
import { startTraining } from "./training.js";

export const gans = {
  "gan-dense": denseGan(ganDense),
  "gan-wgan-gp": denseGan(ganPenalty),
  "gan-dcgan": startTraining(() => {
    const { data, channels, latent, batch } = ganDcgan;
    return played(new Gan({ shape: data, latentDim: latent, architecture: dcgan({ channels }) }), batch);
  }),
};

function denseGan({ data, hidden, latent, penalty, batch }: DenseGanSizes): ReturnType<typeof startTraining> {
  const objective = penalty === 0 ? {} : { loss: wasserstein(), penalties: [gradientPenalty({ weight: penalty })] };
  const sizes = { shape: data, latentDim: latent, architecture: dense({ hidden }) };
  return startTraining(() => played(new Gan({ ...sizes, ...objective }), batch));
}

function played(model: Gan, batch: number) {
  const optimizer = adam(adamOptions);
  const step = game(model, { batch, optimizers: { discriminator: optimizer, generator: optimizer } });
  return { model, step, batch, own: /\.norms\./ };
}
