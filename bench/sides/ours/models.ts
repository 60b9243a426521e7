/** @file The models of `spec.json`, and what their parts are called in the fixture. */
import { type Model, type Program, type Scope, type Tensor } from "@gen/core";
import { Linear } from "@gen/core/nn";
import { bernoulli } from "@gen/core/prob";
import { adam } from "@gen/core/optim";
import { dcgan, dense, game, Gan, gradientPenalty, wasserstein } from "@gen/gan";
import { convolutional, dense as denseVae, Vae } from "@gen/vae";
import { spec, type TrainedWork } from "../../src/spec.js";

/** A model, its loss for a batch, and where it keeps a part of the fixture's. */
export interface Subject {
  readonly model: Model;
  /** What is minimised; or the whole step, of a model whose loss is not one. */
  readonly loss?: (x: Tensor, scope: Scope) => Tensor;
  readonly step?: () => Program;
  readonly parts: Readonly<Record<string, string>>;
}

export const subjects: { readonly [W in TrainedWork]: () => Subject } = {
  "vae-dense"() {
    const { data, hidden, latent } = spec["vae-dense"];
    return vae(
      new Vae({ shape: data, latentDim: latent, architecture: denseVae({ hidden: [hidden], activation: "relu" }) }),
      {
        "encoder.hidden": "encoder.net.layers.0",
        "encoder.out": "encoder.net.layers.1",
        "decoder.hidden": "decoder.net.layers.0",
        "decoder.out": "decoder.net.layers.1",
      },
    );
  },
  "vae-conv"() {
    const { data, channels, kernel, latent } = spec["vae-conv"];
    const architecture = convolutional({ channels, kernel, activation: "relu" });
    return vae(new Vae({ shape: data, latentDim: latent, architecture }), {
      "encoder.out": "encoder.head.layers.0",
      "decoder.input": "decoder.foot.layers.0",
    });
  },
  "mlp-50"() {
    const model = new Deep();
    return { model, loss: (x) => model.loss(x), parts: {} };
  },
  "gan-dense": () => denseGan("gan-dense"),
  "gan-wgan-gp": () => denseGan("gan-wgan-gp"),
  "gan-dcgan"() {
    const { data, channels, latent } = spec["gan-dcgan"];
    return gan(new Gan({ shape: data, latentDim: latent, architecture: dcgan({ channels }) }), "gan-dcgan");
  },
};

function denseGan(work: "gan-dense" | "gan-wgan-gp"): Subject {
  const { data, hidden, latent, penalty } = spec[work];
  const objective = penalty === 0 ? {} : { loss: wasserstein(), penalties: [gradientPenalty({ weight: penalty })] };
  return gan(new Gan({ shape: data, latentDim: latent, architecture: dense({ hidden }), ...objective }), work);
}

function gan(model: Gan, work: TrainedWork): Subject {
  const optimizer = adam(spec.adam);
  const optimizers = { discriminator: optimizer, generator: optimizer };
  return { model, step: () => game(model, { batch: spec[work].batch, optimizers }), parts: {} };
}

function vae(model: Vae, parts: Readonly<Record<string, string>>): Subject {
  return { model, loss: (x, scope) => model.loss({ x }, scope).loss, parts };
}

class Deep {
  readonly first: Linear;
  readonly blocks: readonly Linear[];
  readonly last: Linear;
  readonly #layers: number;

  constructor({ data: [features], width, layers } = spec["mlp-50"]) {
    this.#layers = layers;
    this.first = new Linear({ inputs: features, outputs: width });
    this.blocks = Array.from({ length: layers - 2 }, () => new Linear({ inputs: width, outputs: width }));
    this.last = new Linear({ inputs: width, outputs: features });
  }

  loss(x: Tensor): Tensor {
    const h = this.blocks.reduce(
      (h, block) => h.add(block.forward(h).relu().div(this.#layers)),
      this.first.forward(x).relu(),
    );
    return bernoulli({ logits: this.last.forward(h), eventDims: 1 })
      .logProb(x)
      .mean()
      .neg();
  }
}
