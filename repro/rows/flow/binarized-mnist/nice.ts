/** @file A VAE whose posterior goes through additive couplings, beside planar transforms. Rezende & Mohamed 2015, arXiv:1505.05770, table 2. */
import { additive, Chain, Coupling, denseConditioner, Permutation } from "@gen/flow";
import { CONTEXT, posteriorRow } from "../../../src/posterior-row.js";

const depth = 20;

export const row = posteriorRow({
  id: "flow/binarized-mnist/nice",
  posterior: ({ latentDim }) => {
    const conditioner = denseConditioner({ hidden: [100] });
    const shape = [latentDim];
    const couplings = Array.from({ length: depth }, (_, i) => [
      new Permutation({ shape, order: i }),
      new Coupling({ shape, keep: "first", map: additive(), conditioner, contextDim: CONTEXT }),
    ]);
    return new Chain(couplings.flat());
  },
  about: `${depth} additive couplings of the posterior after random permutations, each by a layer of 100 (relu) that sees ${CONTEXT} numbers of context`,
});
