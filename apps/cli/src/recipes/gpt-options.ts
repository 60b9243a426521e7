/** @file The options of language models on the command line. */
import { defineOptions } from "../schema/schema.js";

export const gptOptions = defineOptions({
  style: {
    kind: "choice",
    choices: ["gpt2", "gpt1", "llama", "lstm", "gru"],
    default: "llama",
    appliesWhen: { from: null },
    description: "Norms first; norms last; rotary positions, RMS norms and SwiGLU; or a recurrent network",
  },
  layers: {
    kind: "integer",
    default: 4,
    min: 1,
    appliesWhen: { from: null },
    description: "Blocks of attention, or recurrent layers",
  },
  heads: {
    kind: "integer",
    default: 4,
    min: 1,
    appliesWhen: { style: ["gpt2", "gpt1", "llama"] },
    description: "Heads of attention, which divide the features",
  },
  features: {
    kind: "integer",
    default: 128,
    min: 2,
    appliesWhen: { from: null },
    description: "Width of the stream between the layers",
  },
  lora: {
    kind: "integer",
    min: 1,
    description:
      "Rank of adapters that are learned beside the numbers of --from, which stay as they are; all are learned unless given",
  },
  dropout: { kind: "number", default: 0, min: 0, below: 1, description: "Share that is left out in training" },
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of AdamW, which falls to a tenth" },
});
