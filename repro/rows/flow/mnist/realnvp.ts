/** @file A dense RealNVP on MNIST. Dinh et al. 2017, arXiv:1605.08803; as in Papamakarios et al. 2017, arXiv:1705.07057, table 3. */
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { ActNorm, affine, Coupling, denseConditioner, Flow, Permutation } from "@gen/flow";
import { flowRow, mnistPictures, pictureCodec } from "../../../src/flow-row.js";

const [batchSize, steps, depth] = [128, 12_000, 5];

/** Even pixels first, then odd ones: what a coupling keeps are the neighbours of what it moves. */
const order = Array.from({ length: 784 }, (_, i) => (i < 392 ? 2 * i : 2 * (i - 392) + 1));
const shape = [784];
const couplings = Array.from({ length: depth }, (_, i) => [
  new ActNorm({ shape }),
  new Coupling({
    shape,
    keep: i % 2 === 0 ? "first" : "last",
    map: affine({ bound: 4 }),
    conditioner: denseConditioner({ hidden: [512, 512] }),
  }),
]);

export const row = flowRow({
  id: "flow/mnist/realnvp",
  pictures: mnistPictures,
  model: new Flow({
    transforms: [new Permutation({ shape, order }), ...couplings.flat()],
    codec: pictureCodec({ shape: [1, 28, 28], lambda: 1e-6 }),
  }),
  optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(1e-3, { steps }), weightDecay: 0.02 })),
  batchSize,
  steps,
  every: 1000,
  startsFromData: true,
  notes: `${depth} affine couplings of even and odd pixels of the flat picture, two layers of 512, relu, ActNorm before each; uniform dequantisation, logit with λ = 1e-6; Adam 1e-3 with cosine decay, weight decay 0.02, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.999) with the best validation`,
});
