/** @file VAEs of `@gen/vae`. */
import { convolutional, dense, Vae } from "@gen/vae";
import type { Fixture } from "../../src/fixture.js";
import { vaeConv, vaeDense } from "../../src/works/vae.js";
import { stepOf, type Subject } from "./subject.js";
import { startTraining } from "./training.js";

export const denseVae = ({ rows }: Fixture): Subject & { batch: number } => {
  const { data, hidden, latent, batch } = vaeDense;
  const architecture = dense({ hidden: [hidden], activation: "relu" });
  const model = new Vae({ shape: data, latentDim: latent, architecture });
  const parts = {
    "encoder.hidden": "encoder.net.layers.0",
    "encoder.out": "encoder.net.layers.1",
    "decoder.hidden": "decoder.net.layers.0",
    "decoder.out": "decoder.net.layers.1",
  };
  return { model, batch, step: stepOf(model, rows, lossOf(model, batch)), parts };
};

const convVae = ({ rows }: Fixture): Subject & { batch: number } => {
  const { data, channels, kernel, latent, batch } = vaeConv;
  const architecture = convolutional({ channels, kernel, activation: "relu" });
  const model = new Vae({ shape: data, latentDim: latent, architecture });
  const parts = { "encoder.out": "encoder.head.layers.0", "decoder.input": "decoder.foot.layers.0" };
  return { model, batch, step: stepOf(model, rows, lossOf(model, batch)), parts };
};

function lossOf(model: Vae, batch: number): Parameters<typeof stepOf>[2] {
  return { batch, of: (x, scope) => model.loss({ x }, scope).loss };
}

export const vaes = { "vae-dense": startTraining(denseVae), "vae-conv": startTraining(convVae) };
