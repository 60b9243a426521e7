/**
 * @file Which of Hugging Face's architectures a GPT is, and what its `config.json` says of it: programs that load a folder
 * choose by it what they run.
 */
import { GenError } from "@gen/core";
import type { RotaryScaling } from "@gen/core/nn";
import type { Gpt } from "./gpt.js";
import { QUERY_KEY_EPSILON, type GptOptions } from "./options.js";

/** What config.json calls activations, by our names. */
const ACTIVATIONS = { gelu: "gelu", geluTanh: "gelu_new", relu: "relu", swiglu: undefined } as const;

type Config = Readonly<Record<string, unknown>>;
type Whole = GptOptions & Required<Omit<GptOptions, "window" | "hidden" | "rotaryBase" | "rotaryScaling">>;

/**
 * The fields that name the architecture and its sizes: of GPT-2 where positions are learned; where they are rotary of Llama,
 * with a window of Mistral, with normalised queries and keys of Qwen3.
 *
 * @throws GenError `option` for a GPT that is none of them, naming the option that the nearest has not
 */
export function architectureOf({ options, blocks }: Gpt): Config {
  const whole: Whole = {
    normPlace: "pre",
    norm: "layer",
    epsilon: 1e-5,
    positions: "learned",
    feedForward: "gelu",
    queryKeyNorm: false,
    bias: true,
    tied: true,
    dropout: 0,
    attentionDropout: 0,
    keyHeads: options.heads,
    headFeatures: options.features / options.heads,
    ...options,
  };
  const inner = blocks[0]!.feedForward.up.weight.shape[1]!;
  return whole.positions === "rotary" ? rotary(whole, inner) : gpt2(whole, inner);
}

/** One without biases is a GPT-2 whose biases are 0. */
function gpt2(whole: Whole, inner: number): Config {
  const { vocabulary, context, layers, heads, features, feedForward, epsilon, tied } = whole;
  expect("GPT-2", whole, {
    positions: ["learned"],
    normPlace: ["pre"],
    norm: ["layer"],
    feedForward: ["gelu", "geluTanh", "relu"],
    keyHeads: [heads],
    headFeatures: [features / heads],
    window: [undefined],
    queryKeyNorm: [false],
  });
  return {
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    vocab_size: vocabulary,
    n_positions: context,
    n_layer: layers,
    n_head: heads,
    n_embd: features,
    n_inner: inner,
    activation_function: ACTIVATIONS[feedForward],
    layer_norm_epsilon: epsilon,
    tie_word_embeddings: tied,
  };
}

function rotary(whole: Whole, inner: number): Config {
  const { vocabulary, context, layers, heads, keyHeads, features, headFeatures } = whole;
  const { epsilon, tied, bias, window, queryKeyNorm } = whole;
  const isLlama = !queryKeyNorm && window === undefined;
  const name = queryKeyNorm ? "Qwen3" : isLlama ? "Llama" : "Mistral";
  expect(name, whole, {
    normPlace: ["pre"],
    norm: ["rms"],
    feedForward: ["swiglu"],
    ...(isLlama ? {} : { bias: [false] }),
    ...(queryKeyNorm ? { epsilon: [QUERY_KEY_EPSILON] } : {}),
  });
  return {
    architectures: [`${name}ForCausalLM`],
    model_type: name.toLowerCase(),
    vocab_size: vocabulary,
    max_position_embeddings: context,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyHeads,
    hidden_size: features,
    head_dim: headFeatures,
    intermediate_size: inner,
    hidden_act: "silu",
    rms_norm_eps: epsilon,
    rope_theta: whole.rotaryBase ?? 10_000,
    ...(whole.rotaryScaling === undefined ? {} : { rope_scaling: ropeScalingOf(whole.rotaryScaling) }),
    tie_word_embeddings: tied,
    ...(isLlama ? { attention_bias: bias, mlp_bias: bias } : {}),
    ...(window === undefined ? {} : { sliding_window: window }),
    // Layers from number `max_window_layers` on have the window.
    ...(queryKeyNorm && window !== undefined ? { use_sliding_window: true, max_window_layers: 0 } : {}),
  };
}

function ropeScalingOf(scaling: RotaryScaling): Config {
  if (scaling.type === "linear") return { rope_type: "linear", factor: scaling.factor };
  const { factor, lowFrequency, highFrequency, context } = scaling;
  return {
    rope_type: "llama3",
    factor,
    low_freq_factor: lowFrequency,
    high_freq_factor: highFrequency,
    original_max_position_embeddings: context,
  };
}

function expect(
  name: string,
  whole: Whole,
  wanted: { readonly [K in keyof GptOptions]?: readonly GptOptions[K][] },
): void {
  for (const [option, values] of Object.entries(wanted) as [keyof GptOptions, readonly unknown[]][]) {
    if (values.includes(whole[option])) continue;
    const shown = values.map((value) => (value === undefined ? "none" : JSON.stringify(value))).join(" or ");
    throw new GenError(
      "option",
      `huggingFaceFiles: expected ${option} ${shown}, as ${name} has, got ${JSON.stringify(whole[option])}`,
      {
        fix: "of a GPT that no architecture of Hugging Face describes, the files of textFiles are what can be exported",
      },
    );
  }
}
