/** @file A VAE whose posterior goes through additive couplings, beside planar transforms. Rezende & Mohamed 2015, arXiv:1505.05770, table 2. */
import { additive, Chain, Coupling, denseConditioner, Inverted, Permutation } from "@gen/flow";
import { CONTEXT, posteriorRow } from "../../../src/posterior-row.js";

/** Of each layer of latents. */
const depth = 10;

export const row = posteriorRow({
  id: "flow/binarized-mnist/nice",
  posterior: ({ latentDim }) => {
    const conditioner = denseConditioner({ hidden: [100] });
    const shape = [latentDim];
    const couplings = Array.from({ length: depth }, (_, order) => {
      const permutation = new Permutation({ shape, order });
      const coupling = new Coupling({ shape, keep: "first", map: additive(), conditioner, contextDim: CONTEXT });
      return [permutation, coupling, new Inverted(permutation)];
    });
    return new Chain(couplings.flat());
  },
  about: `${2 * depth} additive couplings, half of them of the posterior of each layer of latents, of random halves, each by a layer of 100 (relu) that sees ${CONTEXT} numbers of context`,
});
