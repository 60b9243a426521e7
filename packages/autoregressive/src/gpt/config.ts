/**
 * @file A `config.json` as others publish it beside a decoder's weights, read into a GPT of ours: GPT-2, Llama,
 * Mistral and Qwen3.
 * What a file means that a GPT of ours cannot be is an error that names the field.
 */
import type { RotaryScaling } from "@gen/core/nn";
import { Field } from "../json-field.js";
import { Gpt } from "./gpt.js";
import { QUERY_KEY_EPSILON, type GptOptions } from "./options.js";

const ACTIVATIONS = { gelu_new: "geluTanh", gelu: "gelu", relu: "relu" } as const;

/** By model_type, what the fields of a file mean. */
const ARCHITECTURES = {
  gpt2: gpt2Of,
  llama: rotaryOf,
  mistral: (config: Field) => ({ ...rotaryOf(config), ...windowOf(config) }),
  qwen3: qwen3Of,
} as const satisfies Record<string, (config: Field) => GptOptions>;

/**
 * The GPT that a `config.json` of the type "gpt2", "llama", "mistral" or "qwen3" describes.
 *
 * @throws GenError `format` naming the field that is missing or of a kind that is not known
 */
export function gptOfConfig(text: string, { file = "config.json" }: { readonly file?: string } = {}): Gpt {
  const config = Field.parse(text, file);
  const type = config.at("model_type").oneOf(namesOf(ARCHITECTURES));
  return new Gpt(ARCHITECTURES[type](config));
}

const namesOf = <T extends object>(table: T): (keyof T & string)[] => Object.keys(table) as (keyof T & string)[];

function gpt2Of(config: Field): GptOptions {
  const activation = config.at("activation_function").oneOf(namesOf(ACTIVATIONS), "gelu_new");
  config.at("scale_attn_by_inverse_layer_idx").expect(false);
  config.at("scale_attn_weights").expect(true);
  config.at("tie_word_embeddings").expect(true);
  const features = config.at("n_embd").whole();
  return {
    vocabulary: config.at("vocab_size").whole(),
    context: config.at("n_positions").whole(),
    layers: config.at("n_layer").whole(),
    heads: config.at("n_head").whole(),
    features,
    hidden: config.at("n_inner").whole(4 * features),
    epsilon: config.at("layer_norm_epsilon").number(1e-5),
    feedForward: ACTIVATIONS[activation],
  };
}

/** Rotary positions, RMS norms, SwiGLU. @see the recipes `llama` and `slidingGpt` */
function rotaryOf(config: Field): GptOptions {
  const [features, heads] = [config.at("hidden_size").whole(), config.at("num_attention_heads").whole()];
  config.at("hidden_act").expect("silu");
  const headFeatures = config.at("head_dim").whole(features / heads);
  const newer = config.at("rope_parameters");
  const rotaryScaling = scalingOf(newer.isMissing ? config.at("rope_scaling") : newer);
  const rope = newer.isMissing ? config : newer;
  rope.at("partial_rotary_factor").expect(1);
  const bias = config.at("attention_bias").flag(false);
  config.at("mlp_bias").expect(bias, false);
  return {
    vocabulary: config.at("vocab_size").whole(),
    context: config.at("max_position_embeddings").whole(),
    layers: config.at("num_hidden_layers").whole(),
    heads,
    keyHeads: config.at("num_key_value_heads").whole(heads),
    features,
    ...(headFeatures === features / heads ? {} : { headFeatures }),
    hidden: config.at("intermediate_size").whole(),
    epsilon: config.at("rms_norm_eps").number(1e-6),
    rotaryBase: rope.at("rope_theta").number(10_000),
    ...(rotaryScaling === undefined ? {} : { rotaryScaling }),
    positions: "rotary",
    norm: "rms",
    feedForward: "swiglu",
    bias,
    tied: config.at("tie_word_embeddings").flag(false),
  };
}

function scalingOf(rope: Field): RotaryScaling | undefined {
  if (rope.isMissing) return undefined;
  const older = rope.at("type");
  switch ((older.isMissing ? rope.at("rope_type") : older).oneOf(["default", "linear", "llama3"], "default")) {
    case "default":
      return undefined;
    case "linear":
      return { type: "linear", factor: rope.at("factor").number() };
    case "llama3":
      return {
        type: "llama3",
        factor: rope.at("factor").number(),
        lowFrequency: rope.at("low_freq_factor").number(),
        highFrequency: rope.at("high_freq_factor").number(),
        context: rope.at("original_max_position_embeddings").whole(),
      };
  }
}

function windowOf(config: Field): Pick<GptOptions, "window"> {
  const window = config.at("sliding_window").whole(0);
  return window === 0 ? {} : { window };
}

/** The same with normalised queries and keys, and a window in all layers or none. */
function qwen3Of(config: Field): GptOptions {
  config.at("rms_norm_eps").expect(QUERY_KEY_EPSILON);
  const isNarrow = config.at("use_sliding_window").flag(false);
  if (isNarrow) config.at("max_window_layers").expect(0);
  const kinds = config.at("layer_types");
  for (const kind of kinds.isMissing ? [] : kinds.list())
    kind.expect(isNarrow ? "sliding_attention" : "full_attention");
  return { ...rotaryOf(config), queryKeyNorm: true, ...(isNarrow ? windowOf(config) : {}) };
}
