/** @file Named GPTs: which options each of them is. */
import { Gpt } from "./gpt.js";
import type { GptOptions } from "./options.js";

/** Sizes, and what is left to choose. */
export type GptSizes = Pick<
  GptOptions,
  "vocabulary" | "context" | "layers" | "heads" | "features" | "dropout" | "attentionDropout" | "hidden"
>;

/** The first one: learned positions, norms after each part. Radford et al. 2018, §4.1 */
export function gpt1(sizes: GptSizes): Gpt {
  return new Gpt({ ...sizes, normPlace: "post", feedForward: "geluTanh" });
}

/** Norms before each part, and one at the end. Radford et al. 2019, §2.3 */
export function gpt2(sizes: GptSizes): Gpt {
  return new Gpt({ ...sizes, feedForward: "geluTanh" });
}

type RotarySizes = Pick<GptOptions, "keyHeads" | "headFeatures" | "rotaryBase" | "rotaryScaling" | "tied">;

/**
 * Rotary positions, RMS norms, SwiGLU, no biases, shared heads of keys if asked for.
 * Touvron et al. 2023, "LLaMA", §2.2, arXiv:2302.13971; Ainslie et al. 2023, arXiv:2305.13245
 */
export function llama(sizes: GptSizes & RotarySizes): Gpt {
  return new Gpt({ tied: false, ...sizes, positions: "rotary", norm: "rms", feedForward: "swiglu", bias: false });
}

/**
 * The same with a window that slides and with normalised queries and keys, all norms with an epsilon of 1e-6.
 * Jiang et al. 2023, "Mistral 7B", §2, arXiv:2310.06825; Dehghani et al. 2023, arXiv:2302.05442 §2
 */
export function slidingGpt(sizes: GptSizes & RotarySizes & { readonly window: number }): Gpt {
  return new Gpt({
    ...sizes,
    positions: "rotary",
    norm: "rms",
    epsilon: 1e-6,
    feedForward: "swiglu",
    bias: false,
    queryKeyNorm: true,
  });
}
