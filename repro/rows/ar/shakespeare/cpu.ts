/** @file A small GPT of characters on tinyshakespeare, sized for a CPU: 4 layers of 128, context 64, 2,000 steps of 12 rows. */
import { textRow } from "../../../src/text-row.js";

export const row = textRow({
  id: "ar/shakespeare/cpu",
  gpt: { context: 64, layers: 4, heads: 4, features: 128, bias: false },
  batchSize: 12,
  steps: 2000,
  warmUp: 100,
  every: 250,
  seeds: 3,
  keepBest: false,
  notes:
    "pre-norm GPT, 4 layers of 128 with 4 heads, context 64, tied embeddings, no biases, no dropout; AdamW 1e-3 → 1e-4, β₂ 0.99, decay 0.1 of matrices, gradient norm ≤ 1, batch 12, 2,000 steps; mean of 3 seeds, the weights are those of the first in f16",
});
