import { describe, expect, it } from "vitest";
import {
  AutoencoderDiscriminator,
  began,
  dcgan,
  dense,
  energyBased,
  Gan,
  line,
  resnet,
  type GanOptions,
} from "../src/index.js";
import { describeGan } from "./laws.js";

const picture = [1, 8, 8] as const;
/** Slopes are not compared where relu has kinks all over. */
const convolutional = (options: Partial<GanOptions>) => () => ({
  gan: new Gan({ shape: picture, latentDim: 2, ...options }),
  smooth: false,
});
const small = dense({ hidden: [6], activation: "tanh", discriminatorActivation: "tanh" });

describe("each architecture", () => {
  describeGan("dense, with batch normalisation and maxout", () => ({
    gan: new Gan({
      shape: [3],
      latentDim: 2,
      architecture: dense({ hidden: [5], activation: "tanh", batchNorm: true, maxout: 3, dropout: 0.3 }),
    }),
    rows: 4,
  }));
  describeGan("dense, spectrally normalised", () => ({
    gan: new Gan({ shape: [3], latentDim: 2, architecture: dense({ hidden: [5], spectral: true }) }),
    smooth: false, // u and v are held fixed by the gradient, and not by differences
  }));
  describeGan("DCGAN", convolutional({ architecture: dcgan({ channels: [3, 4] }) }));
  describeGan(
    "DCGAN, spectral",
    convolutional({ architecture: dcgan({ channels: [3, 4], discriminatorNorm: "spectral" }) }),
  );
  describeGan(
    "ResNet, with attention",
    convolutional({ architecture: resnet({ channels: 8, stages: 2, halvings: 1, flat: 1, attention: 4 }) }),
  );
  describeGan("lines", () => ({
    gan: new Gan({
      shape: [2, 16],
      latentDim: 2,
      architecture: line({ channels: [3, 4], stride: 2, shuffle: 1 }),
    }),
    smooth: false,
  }));
  describeGan("an autoencoder that judges by energy", () => ({
    gan: new Gan({
      shape: [3],
      latentDim: 2,
      architecture: small,
      discriminator: new AutoencoderDiscriminator({ shape: [3], architecture: small, codeDim: 2, error: "squared" }),
      loss: energyBased({ margin: 5 }),
    }),
  }));
  describeGan("BEGAN", () => ({
    gan: new Gan({
      shape: [3],
      latentDim: 2,
      architecture: small,
      discriminator: new AutoencoderDiscriminator({ shape: [3], architecture: small, codeDim: 2 }),
      loss: began(),
    }),
  }));
});

describe("each way of conditioning", () => {
  const conditional = (options: Partial<GanOptions>) => () => ({
    gan: new Gan({ shape: [3], latentDim: 2, architecture: small, ...options }),
  });
  describeGan("labels beside the inputs", conditional({ classes: 3 }));
  describeGan("projection", conditional({ classes: 3, conditioning: "projection" }));
  describeGan("AC-GAN", conditional({ classes: 3, conditioning: "auxiliary" }));
  describeGan("InfoGAN", conditional({ codes: { categorical: [3, 2], continuous: 2 } }));
  describeGan("minibatch discrimination", conditional({ minibatch: { kernels: 3, kernelDim: 2 } }));
  describeGan(
    "a conditional ResNet",
    convolutional({
      classes: 2,
      conditioning: "projection",
      architecture: resnet({ channels: 4, stages: 1, halvings: 1, flat: 1 }),
    }),
  );
  describeGan("a conditional DCGAN", convolutional({ classes: 2, architecture: dcgan({ channels: [3] }) }));
});

describe("refuses", () => {
  const make = (options: Partial<GanOptions>) => () => new Gan({ shape: picture, latentDim: 2, ...options });
  it("pictures that do not halve evenly", () => {
    expect(make({ architecture: dcgan({ channels: [2, 2, 2, 2] }) })).toThrow(/dcgan: expected pictures.*16 divides/);
    expect(make({ architecture: resnet({ stages: 4 }) })).toThrow(/16 divides/);
    expect(make({ shape: [1, 18], architecture: line({ channels: [2] }) })).toThrow(/4 divides/);
    expect(make({ shape: [64], architecture: dcgan() })).toThrow(/pictures \[C, H, W\]/);
  });
  it("channels and blocks that are none", () => {
    expect(() => dcgan({ channels: [] })).toThrow("dcgan: expected at least one number of channels, got none");
    expect(() => dcgan({ channels: [8, 1.5] })).toThrow("dcgan: expected channels to be a whole number ≥ 1, got 1.5");
    expect(() => line({ channels: [0] })).toThrow("line: expected channels to be a whole number ≥ 1, got 0");
    expect(() => resnet({ stages: 0 })).toThrow("resnet: expected stages and halvings to be a whole number ≥ 1, got 0");
  });
  it("attention at a height that no block has", () => {
    expect(make({ architecture: resnet({ channels: 4, stages: 1, halvings: 1, attention: 5 }) })).toThrow(
      /height of 8, got 5/,
    );
  });
});
