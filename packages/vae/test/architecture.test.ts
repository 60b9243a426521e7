import { parameters, type Tensor } from "@gen/core";
import { Mlp } from "@gen/core/nn";
import { describe, expect, it } from "vitest";
import { convolutional, dense, Vae, type Architecture, type Network } from "../src/index.js";
import { describeVae } from "./laws.js";
import { SHAPE, tinyVae } from "./pictures.js";

const sizesOf = (vae: Vae): Record<string, readonly number[]> =>
  Object.fromEntries([...parameters(vae)].map(([name, { shape }]) => [name, shape]));

describe("dense", () => {
  it("mirrors the encoder's widths in the decoder", () => {
    const vae = tinyVae({
      architecture: dense({ hidden: [7, 5] }),
      latentDim: 3,
      classes: 2,
      likelihood: "discretisedLogistic",
    });
    const weights = Object.entries(sizesOf(vae))
      .filter(([name]) => name.endsWith("weight"))
      .map(([, shape]) => shape);
    expect(weights.map((shape) => shape.join("×"))).toEqual(["18×7", "7×5", "5×6", "5×5", "5×7", "7×32"]);
  });

  it("takes data of any rank", () => {
    expect(new Vae({ shape: [10], architecture: dense({ hidden: [4] }) }).dims).toBe(10);
  });
});

describe("convolutional", () => {
  it("halves with each convolution, and doubles back", () => {
    const vae = new Vae({
      shape: [3, 8, 8],
      latentDim: 2,
      architecture: convolutional({ channels: [4, 6], kernel: 3, hidden: 5 }),
    });
    expect(sizesOf(vae)).toMatchObject({
      "encoder.convs.0.weight": [4, 3, 3, 3],
      "encoder.convs.1.weight": [6, 4, 3, 3],
      "decoder.convs.0.weight": [6, 4, 3, 3],
      "decoder.convs.1.weight": [4, 3, 3, 3],
    });
  });
});

/** Two functions of sizes are an architecture. */
const own: Architecture = {
  encoder: ({ outputs }) => summing(new Mlp({ inputs: 4, hidden: [5], outputs, activation: "tanh" })),
  decoder: ({ inputs, width, shape }) =>
    repeating(new Mlp({ inputs, hidden: [5], outputs: 4, activation: "tanh" }), [width, ...shape]),
};
const summing = (net: Mlp): Network & { net: Mlp } => ({ net, forward: (x) => net.forward(x.sum([1, 2])) });
const repeating = (net: Mlp, [width, ...shape]: number[]): Network & { net: Mlp } => ({
  net,
  forward: (z: Tensor) =>
    net
      .forward(z)
      .reshape([-1, 1, 1, 1, 4])
      .expand([z.shape[0]!, width!, ...shape]),
});
describeVae(
  "an architecture of one's own",
  (options) => new Vae({ shape: SHAPE, latentDim: 2, architecture: own, ...options }),
);
