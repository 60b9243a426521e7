/**
 * @file The text, sizes, batches and steps of ar/shakespeare/cpu, by a later block at a higher rate: rotary positions, RMS
 * norms, SwiGLU (Touvron et al. 2023, arXiv:2302.13971).
 */
import { textRow } from "../../../src/text-row.js";

export const row = textRow({
  id: "ar/shakespeare/better",
  gpt: {
    context: 64,
    layers: 4,
    heads: 4,
    features: 128,
    bias: false,
    positions: "rotary",
    norm: "rms",
    feedForward: "swiglu",
  },
  batchSize: 12,
  steps: 2000,
  rate: 3e-3,
  warmUp: 100,
  every: 250,
  seeds: 3,
  keepBest: false,
  notes:
    "GPT with rotary positions, RMS norms and SwiGLU, 4 layers of 128 with 4 heads, context 64, tied embeddings, no biases, no dropout; AdamW 3e-3 → 3e-4, β₂ 0.99, decay 0.1 of matrices, gradient norm ≤ 1, batch 12, 2,000 steps; mean of 3 seeds, the weights are those of the first in f16",
});
