/** @file A GPT of characters on tinyshakespeare: 6 layers of 384, context 256, 5,000 steps of 64 rows. */
import { textRow } from "../../../src/text-row.js";

export const row = textRow({
  id: "ar/shakespeare/full",
  gpt: { context: 256, layers: 6, heads: 6, features: 384, bias: false, dropout: 0.2 },
  batchSize: 64,
  steps: 5000,
  warmUp: 100,
  every: 250,
  seeds: 1,
  keepBest: true,
  notes:
    "pre-norm GPT, 6 layers of 384 with 6 heads, context 256, tied embeddings, no biases, dropout 0.2 beside attention and not inside; AdamW 1e-3 → 1e-4, β₂ 0.99, decay 0.1 of matrices, gradient norm ≤ 1, batch 64, up to 5,000 steps; the weights with the best validation, in f16",
});
