/** @file GPTs as a recipe: text, token by token. */
import { batches, GenError, inference, trainStep, type Dataset, type Program } from "@gen/core";
import { adam, chain, clipByGlobalNorm, cosine, groups, warmUp } from "@gen/core/optim";
import { Gpt, textFields, textFiles, textLoss, tokenNats, type GptOptions } from "@gen/autoregressive";
import { defineRecipe, type PrepareContext, type Trainable } from "../recipe.js";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

const options = defineOptions({
  style: {
    kind: "choice",
    choices: ["gpt2", "gpt1", "llama"],
    default: "llama",
    description: "Norms first; norms last; or rotary positions, RMS norms and SwiGLU",
  },
  layers: { kind: "integer", default: 4, min: 1, description: "Blocks of attention" },
  heads: { kind: "integer", default: 4, min: 1, description: "Heads of attention, which divide the features" },
  features: { kind: "integer", default: 128, min: 2, description: "Width of the stream between the blocks" },
  dropout: { kind: "number", default: 0, min: 0, below: 1, description: "Share that is left out in training" },
  learningRate: { kind: "number", default: 1e-3, above: 0, description: "Step size of AdamW, which falls to a tenth" },
});

export const gptRecipe = defineRecipe({
  family: "autoregressive",
  name: "gpt",
  summary: "GPT: text, token by token; gen write goes on with it",
  options,
  defaults: { steps: 2000, batchSize: 12 },
  prepare,
});

/** The model that these options make, of so many tokens. */
export function gptOf(
  { style, layers, heads, features, dropout }: OptionsOf<typeof options>,
  { vocabulary, context }: Pick<GptOptions, "vocabulary" | "context">,
): Gpt {
  const sizes = { vocabulary, context, layers, heads, features, dropout, bias: false };
  if (style === "gpt1") return new Gpt({ ...sizes, normPlace: "post" });
  if (style === "gpt2") return new Gpt(sizes);
  return new Gpt({ ...sizes, positions: "rotary", norm: "rms", feedForward: "swiglu" });
}

function prepare(chosen: OptionsOf<typeof options>, { data, batchSize, steps, key }: PrepareContext): Trainable {
  const { x } = data.train.fields;
  const { tokenizer } = data;
  if (x?.dtype !== "i32" || tokenizer === undefined) {
    throw new GenError("data", "gpt: expected text, got other data", { fix: "--data ./notes, a folder of .txt files" });
  }
  const context = x.shape[0]! - 1;
  const gpt = gptOf(chosen, { vocabulary: tokenizer.size, context });
  const learningRate = warmUp(cosine(chosen.learningRate, { steps, end: chosen.learningRate / 10 }), {
    steps: Math.min(100, steps),
  });
  const own = { learningRate, beta2: 0.99 };
  return {
    model: gpt,
    step: trainStep({
      model: gpt,
      batch: textFields({ n: batchSize, length: context }),
      loss: (batch, scope) => textLoss(gpt, batch, scope),
      optimizer: chain(
        clipByGlobalNorm(1),
        groups([
          { match: (_, { rank }) => rank > 1, optimizer: adam({ ...own, weightDecay: 0.1 }) },
          { match: () => true, optimizer: adam(own) },
        ]),
      ),
    }),
    batches: batches(data.train, { size: batchSize, key }),
    loss: { label: "−log p of a token", unit: "nats" },
    validation: perToken(gpt, context),
    metrics: {
      nats: { label: "−log p of a token", unit: "nats", better: "lower" },
      bits: { label: "−log p of a token", unit: "bits", better: "lower" },
    },
    heldOut: (split): Dataset => data[split],
    pictures: {},
    files: textFiles(gpt, { start: 0, tokens: "tokens of tokenizer.json" }),
    texts: { "tokenizer.json": `${JSON.stringify(tokenizer.toJson(), null, 1)}\n` },
  };
}

/** The mean of −log p over the tokens of each row. */
function perToken(gpt: Gpt, context: number): Program {
  return inference(gpt, textFields({ n: 16, length: context }), ({ x }, scope) => {
    const nats = tokenNats(gpt.logits(x.slice(1, 0, context), scope), x.slice(1, 1)).mean(1); // [n]
    return { nats, bits: nats.mul(1 / Math.LN2) };
  });
}
