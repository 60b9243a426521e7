/**
 * @file A `config.json` as others publish it beside a decoder's weights, read into a GPT of ours: GPT-2, Llama,
 * Mistral and Qwen3.
 * What a file means that a GPT of ours cannot be is an error that names the field.
 */
import { GenError, messageOf } from "@gen/core";
import type { RotaryScaling } from "@gen/core/nn";
import { Gpt } from "./gpt.js";
import { QUERY_KEY_EPSILON, type GptOptions } from "./options.js";

const ACTIVATIONS: Readonly<Record<string, "geluTanh" | "gelu" | "relu">> = {
  gelu_new: "geluTanh",
  gelu: "gelu",
  relu: "relu",
};

/** By model_type, what the fields of a file mean. */
const ARCHITECTURES: Readonly<Record<string, (config: Config) => GptOptions>> = {
  gpt2: gpt2Of,
  llama: rotaryOf,
  mistral: (config) => ({ ...rotaryOf(config), ...windowOf(config) }),
  qwen3: qwen3Of,
};

/**
 * The GPT that a `config.json` of the type "gpt2", "llama", "mistral" or "qwen3" describes.
 *
 * @throws GenError `format` naming the field that is missing or of a kind that is not known
 */
export function gptOfConfig(text: string, { file = "config.json" }: { readonly file?: string } = {}): Gpt {
  const config = new Config(text, file);
  const type = config.get("model_type");
  const optionsOf = typeof type === "string" && Object.hasOwn(ARCHITECTURES, type) ? ARCHITECTURES[type] : undefined;
  if (optionsOf === undefined)
    throw config.wrong(
      "model_type",
      `one of ${Object.keys(ARCHITECTURES)
        .map((name) => `"${name}"`)
        .join(", ")}`,
    );
  return new Gpt(optionsOf(config));
}

function gpt2Of(config: Config): GptOptions {
  const activation = config.get("activation_function") ?? "gelu_new";
  const feedForward = typeof activation === "string" ? ACTIVATIONS[activation] : undefined;
  if (feedForward === undefined) throw config.wrong("activation_function", "gelu_new, gelu or relu");
  config.expect("scale_attn_by_inverse_layer_idx", false);
  config.expect("scale_attn_weights", true);
  config.expect("tie_word_embeddings", true);
  const features = config.whole("n_embd");
  return {
    vocabulary: config.whole("vocab_size"),
    context: config.whole("n_positions"),
    layers: config.whole("n_layer"),
    heads: config.whole("n_head"),
    features,
    hidden: config.whole("n_inner", 4 * features),
    epsilon: config.number("layer_norm_epsilon", 1e-5),
    feedForward,
  };
}

/** Rotary positions, RMS norms, SwiGLU. @see the recipes `llama` and `slidingGpt` */
function rotaryOf(config: Config): GptOptions {
  const [features, heads] = [config.whole("hidden_size"), config.whole("num_attention_heads")];
  config.expect("hidden_act", "silu");
  const headFeatures = config.whole("head_dim", features / heads);
  const rope = config.object("rope_parameters"); // as newer files have it
  const rotaryScaling = scalingOf(rope ?? config.object("rope_scaling"));
  for (const place of [config, rope]) place?.expect("partial_rotary_factor", 1);
  const bias = config.flag("attention_bias", false);
  config.expect("mlp_bias", bias, false);
  return {
    vocabulary: config.whole("vocab_size"),
    context: config.whole("max_position_embeddings"),
    layers: config.whole("num_hidden_layers"),
    heads,
    keyHeads: config.whole("num_key_value_heads", heads),
    features,
    ...(headFeatures === features / heads ? {} : { headFeatures }),
    hidden: config.whole("intermediate_size"),
    epsilon: config.number("rms_norm_eps", 1e-6),
    rotaryBase: (rope ?? config).number("rope_theta", 10_000),
    ...(rotaryScaling === undefined ? {} : { rotaryScaling }),
    positions: "rotary",
    norm: "rms",
    feedForward: "swiglu",
    bias,
    tied: config.flag("tie_word_embeddings", false),
  };
}

function scalingOf(rope: Config | undefined): RotaryScaling | undefined {
  if (rope === undefined) return undefined;
  const name = rope.get("rope_type") === undefined ? "type" : "rope_type"; // as older files have it
  switch (rope.get(name) ?? "default") {
    case "default":
      return undefined;
    case "linear":
      return { type: "linear", factor: rope.number("factor") };
    case "llama3":
      return {
        type: "llama3",
        factor: rope.number("factor"),
        lowFrequency: rope.number("low_freq_factor"),
        highFrequency: rope.number("high_freq_factor"),
        context: rope.whole("original_max_position_embeddings"),
      };
    default:
      throw rope.wrong(name, '"default", "linear" or "llama3"');
  }
}

function windowOf(config: Config): Pick<GptOptions, "window"> {
  const window = config.whole("sliding_window", 0);
  return window === 0 ? {} : { window };
}

/** The same with normalised queries and keys, and a window in all layers or none. */
function qwen3Of(config: Config): GptOptions {
  config.expect("rms_norm_eps", QUERY_KEY_EPSILON);
  const isNarrow = config.flag("use_sliding_window", false);
  if (isNarrow) config.expect("max_window_layers", 0);
  return { ...rotaryOf(config), queryKeyNorm: true, ...(isNarrow ? windowOf(config) : {}) };
}

/** The fields of a file; `null` counts as missing. */
class Config {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #file: string;

  constructor(text: string | Readonly<Record<string, unknown>>, file: string) {
    this.#file = file;
    this.#fields = typeof text === "string" ? recordOf(text, file) : text;
  }

  get(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  wrong(name: string, wanted: string): GenError {
    const value = this.get(name);
    const got = value === undefined ? "nothing" : JSON.stringify(value);
    return new GenError("format", `${this.#file}: expected ${wanted} as ${name}, got ${got}`);
  }

  whole(name: string, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    if (!Number.isInteger(value) || (Number(value) < 1 && value !== otherwise))
      throw this.wrong(name, "a whole number ≥ 1");
    return Number(value);
  }

  number(name: string, otherwise?: number): number {
    const value = this.get(name) ?? otherwise;
    if (typeof value !== "number" || !(value > 0)) throw this.wrong(name, "a number > 0");
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.get(name) ?? otherwise;
    if (typeof value !== "boolean") throw this.wrong(name, "true or false");
    return value;
  }

  object(name: string): Config | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || Array.isArray(value)) throw this.wrong(name, "an object");
    return new Config(value as Record<string, unknown>, `${this.#file}, ${name}`);
  }

  /** Of a field of which only one value is known, whether it has that. @param otherwise what it is where it is missing */
  expect(name: string, wanted: string | number | boolean | null, otherwise = wanted): void {
    if ((this.get(name) ?? otherwise) !== wanted)
      throw this.wrong(name, wanted === null ? "nothing" : JSON.stringify(wanted));
  }
}

function recordOf(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GenError("format", `${file}: expected JSON, got ${messageOf(cause)}`, { cause });
  }
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new GenError("format", `${file}: expected an object, got ${text.slice(0, 60)}`);
}
