/**
 * @file GPT-2 as others store it: the names of its tensors in files of safetensors, and its `config.json`, read into a GPT of
 * ours, whose attention keeps queries, keys and values apart.
 */
import { decodeSafetensors, GenError, messageOf, ndarray, type NdArray, type Store } from "@gen/core";
import { floatOf } from "@gen/core/onnx";
import { loadWeights } from "@gen/core/tune";
import { Gpt } from "./gpt.js";

const ACTIVATIONS: Readonly<Record<string, "geluTanh" | "gelu" | "relu">> = {
  gelu_new: "geluTanh",
  gelu: "gelu",
  relu: "relu",
};

/** What only one value is known of, which is also the default. */
const USUAL = { scale_attn_by_inverse_layer_idx: false, scale_attn_weights: true, tie_word_embeddings: true };

/**
 * The GPT that a `config.json` of the type "gpt2" describes.
 *
 * @throws GenError `format` naming the field that is missing or of a kind that is not known
 */
export function gptOfConfig(text: string, { file = "config.json" }: { readonly file?: string } = {}): Gpt {
  const config = recordOf(text, file);
  const wrong = (name: string, wanted: string): GenError =>
    new GenError(
      "format",
      `${file}: expected ${wanted} as ${name}, got ${config[name] === undefined ? "nothing" : JSON.stringify(config[name])}`,
    );
  const whole = (name: string): number => {
    const value = config[name];
    if (!Number.isInteger(value) || Number(value) < 1) throw wrong(name, "a whole number ≥ 1");
    return Number(value);
  };
  if (config["model_type"] !== "gpt2") throw wrong("model_type", '"gpt2"');
  const activation = config["activation_function"] ?? "gelu_new";
  const feedForward = typeof activation === "string" ? ACTIVATIONS[activation] : undefined;
  if (feedForward === undefined) throw wrong("activation_function", "gelu_new, gelu or relu");
  for (const [name, usual] of Object.entries(USUAL)) {
    if ((config[name] ?? usual) !== usual) throw wrong(name, String(usual));
  }
  const inner = config["n_inner"];
  const features = whole("n_embd");
  return new Gpt({
    vocabulary: whole("vocab_size"),
    context: whole("n_positions"),
    layers: whole("n_layer"),
    heads: whole("n_head"),
    features,
    hidden: inner === undefined || inner === null ? 4 * features : whole("n_inner"),
    epsilon: typeof config["layer_norm_epsilon"] === "number" ? config["layer_norm_epsilon"] : 1e-5,
    feedForward,
  });
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

/**
 * Fills a store with the numbers of a GPT-2 from a file of safetensors (f32 or f16).
 *
 * @throws GenError `shape` naming a tensor that is missing or of another shape, `format` for a damaged file; the store is
 *   then as it was
 */
export async function loadGpt2(
  gpt: Gpt,
  {
    store,
    bytes,
    file = "model.safetensors",
  }: { readonly store: Store; readonly bytes: Uint8Array; readonly file?: string },
): Promise<void> {
  const { tensors } = decodeSafetensors(bytes, { file });
  const prefix = Object.hasOwn(tensors, "transformer.wte.weight") ? "transformer." : "";
  const { features, vocabulary, context, hidden = 4 * features } = gpt.options;
  const take = (name: string, shape: readonly number[]): NdArray => {
    const found = tensors[prefix + name];
    if (found === undefined || found.shape.join() !== shape.join()) {
      const got = found === undefined ? "no tensor of that name" : `[${found.shape.join(", ")}]`;
      throw new GenError("shape", `${file}: expected "${prefix}${name}" [${shape.join(", ")}], got ${got}`, {
        fix: "take the config.json that lies beside it",
      });
    }
    return floatOf(found);
  };
  const both = (ours: string, theirs: string, [inputs, outputs]: readonly [number, number]): [string, NdArray][] => [
    [`${ours}.weight`, take(`${theirs}.weight`, [inputs, outputs])],
    [`${ours}.bias`, take(`${theirs}.bias`, [outputs])],
  ];
  const norm = (ours: string, theirs: string): [string, NdArray][] => [
    [`${ours}.scale`, take(`${theirs}.weight`, [features])],
    [`${ours}.shift`, take(`${theirs}.bias`, [features])],
  ];
  const source = Object.fromEntries([
    ["tokens.weight", take("wte.weight", [vocabulary, features])],
    ["positions.weight", take("wpe.weight", [context, features])],
    ...norm("norm", "ln_f"),
    ...gpt.blocks.flatMap((_, i) => {
      const [weight, bias] = both("", `h.${i}.attn.c_attn`, [features, 3 * features]).map(([, array]) => array);
      return [
        ...["query", "key", "value"].flatMap((part, k): [string, NdArray][] => [
          [`blocks.${i}.attention.${part}.weight`, columns(weight!, k * features, features)],
          [`blocks.${i}.attention.${part}.bias`, columns(bias!, k * features, features)],
        ]),
        ...both(`blocks.${i}.attention.output`, `h.${i}.attn.c_proj`, [features, features]),
        ...norm(`blocks.${i}.attentionNorm`, `h.${i}.ln_1`),
        ...both(`blocks.${i}.feedForward.up`, `h.${i}.mlp.c_fc`, [features, hidden]),
        ...both(`blocks.${i}.feedForward.down`, `h.${i}.mlp.c_proj`, [hidden, features]),
        ...norm(`blocks.${i}.feedForwardNorm`, `h.${i}.ln_2`),
      ] as [string, NdArray][];
    }),
  ] as [string, NdArray][]);
  await loadWeights({ store, model: gpt, source });
}

/** Some columns of the last axis. */
function columns({ data, shape }: NdArray, from: number, count: number): NdArray {
  const width = shape.at(-1)!;
  const rows = data.length / width;
  const taken = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    taken.set((data as Float32Array).subarray(row * width + from, row * width + from + count), row * count);
  }
  return ndarray(taken, [...shape.slice(0, -1), count]);
}
