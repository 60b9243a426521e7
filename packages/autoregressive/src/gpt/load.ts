/**
 * @file The numbers of a decoder as others store them: the names and shapes of tensors in files of safetensors, brought to a
 * GPT of ours, whose attention keeps queries, keys and values apart and whose maps are [inputs, outputs].
 */
import { decodeSafetensors, GenError, ndarray, showShape, type NdArray, type Shape, type Store } from "@gen/core";
import { floatOf } from "@gen/core/onnx";
import { loadWeights } from "@gen/core/tune";
import type { Gpt } from "./gpt.js";

export interface LoadGptOptions {
  readonly store: Store;
  /** Of each file by its name, since large models are cut into several. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Fills a store with the numbers of a GPT from files of safetensors (f32, f16 or bf16): with learned positions as GPT-2 stores
 * them, with rotary ones as Llama, Mistral and Qwen3 do.
 *
 * @throws GenError `shape` naming a tensor that is missing or of another shape, `format` for a damaged file; the store is
 *   then as it was
 */
export async function loadGpt(gpt: Gpt, { store, files }: LoadGptOptions): Promise<void> {
  const tensors = Object.assign(
    {},
    ...Object.entries(files).map(([file, bytes]) => decodeSafetensors(bytes, { file }).tensors),
  ) as Record<string, NdArray>;
  const [first, ...others] = Object.keys(files);
  const named = new Named(tensors, others.length === 0 ? first! : `${first!} and ${others.length} more`);
  const source = gpt.options.positions === "rotary" ? rotary(gpt, named) : gpt2(gpt, named);
  await loadWeights({ store, model: gpt, source: Object.fromEntries(source) });
}

type Entries = readonly (readonly [name: string, array: NdArray])[];

/** As GPT-2: maps are [inputs, outputs], and one gives queries, keys and values. */
function gpt2(gpt: Gpt, tensors: Named): Entries {
  const { features, vocabulary, context, hidden = 4 * features } = gpt.options;
  const prefix = tensors.has("transformer.wte.weight") ? "transformer." : "";
  const take = (name: string, shape: Shape): NdArray => tensors.take(prefix + name, shape);
  const map = (ours: string, theirs: string, [inputs, outputs]: readonly [number, number]): Entries => [
    [`${ours}.weight`, take(`${theirs}.weight`, [inputs, outputs])],
    [`${ours}.bias`, take(`${theirs}.bias`, [outputs])],
  ];
  const norm = (ours: string, theirs: string): Entries => [
    [`${ours}.scale`, take(`${theirs}.weight`, [features])],
    [`${ours}.shift`, take(`${theirs}.bias`, [features])],
  ];
  return [
    ["tokens.weight", take("wte.weight", [vocabulary, features])],
    ["positions.weight", take("wpe.weight", [context, features])],
    ...norm("norm", "ln_f"),
    ...gpt.blocks.flatMap((_, i): Entries => {
      const [weight, bias] = map("", `h.${i}.attn.c_attn`, [features, 3 * features]).map(([, array]) => array);
      return [
        ...["query", "key", "value"].flatMap((part, k): Entries => [
          [`blocks.${i}.attention.${part}.weight`, columns(weight!, k * features, features)],
          [`blocks.${i}.attention.${part}.bias`, columns(bias!, k * features, features)],
        ]),
        ...map(`blocks.${i}.attention.output`, `h.${i}.attn.c_proj`, [features, features]),
        ...norm(`blocks.${i}.attentionNorm`, `h.${i}.ln_1`),
        ...map(`blocks.${i}.feedForward.up`, `h.${i}.mlp.c_fc`, [features, hidden]),
        ...map(`blocks.${i}.feedForward.down`, `h.${i}.mlp.c_proj`, [hidden, features]),
        ...norm(`blocks.${i}.feedForwardNorm`, `h.${i}.ln_2`),
      ];
    }),
  ];
}

/** As Llama: maps are [outputs, inputs]. */
function rotary(gpt: Gpt, tensors: Named): Entries {
  const { features, vocabulary, heads, keyHeads = heads, headFeatures = features / heads } = gpt.options;
  const { bias = true, tied = true, queryKeyNorm = false } = gpt.options;
  const hidden = gpt.blocks[0]!.feedForward.up.weight.shape[1]!;
  const [queries, keys] = [heads * headFeatures, keyHeads * headFeatures];
  const map = (ours: string, theirs: string, [inputs, outputs]: readonly [number, number]): Entries => [
    [`${ours}.weight`, transposed(tensors.take(`${theirs}.weight`, [outputs, inputs]))],
    ...(bias ? ([[`${ours}.bias`, tensors.take(`${theirs}.bias`, [outputs])]] as const) : []),
  ];
  const norms = (ours: string, theirs: string): Entries =>
    queryKeyNorm
      ? ["query", "key"].map((part) => [
          `${ours}.${part}Norm.scale`,
          tensors.take(`${theirs}.${part[0]!}_norm.weight`, [headFeatures]),
        ])
      : [];
  return [
    ["tokens.weight", tensors.take("model.embed_tokens.weight", [vocabulary, features])],
    ["norm.scale", tensors.take("model.norm.weight", [features])],
    ...(tied ? [] : ([["head.weight", transposed(tensors.take("lm_head.weight", [vocabulary, features]))]] as const)),
    ...gpt.blocks.flatMap((_, i): Entries => {
      const [ours, theirs] = [`blocks.${i}`, `model.layers.${i}`];
      return [
        ...map(`${ours}.attention.query`, `${theirs}.self_attn.q_proj`, [features, queries]),
        ...map(`${ours}.attention.key`, `${theirs}.self_attn.k_proj`, [features, keys]),
        ...map(`${ours}.attention.value`, `${theirs}.self_attn.v_proj`, [features, keys]),
        ...map(`${ours}.attention.output`, `${theirs}.self_attn.o_proj`, [queries, features]),
        ...norms(`${ours}.attention`, `${theirs}.self_attn`),
        [`${ours}.attentionNorm.scale`, tensors.take(`${theirs}.input_layernorm.weight`, [features])],
        ...map(`${ours}.feedForward.gate`, `${theirs}.mlp.gate_proj`, [features, hidden]),
        ...map(`${ours}.feedForward.up`, `${theirs}.mlp.up_proj`, [features, hidden]),
        ...map(`${ours}.feedForward.down`, `${theirs}.mlp.down_proj`, [hidden, features]),
        [`${ours}.feedForwardNorm.scale`, tensors.take(`${theirs}.post_attention_layernorm.weight`, [features])],
      ];
    }),
  ];
}

/** Tensors by their names in files. */
class Named {
  readonly #tensors: Readonly<Record<string, NdArray>>;
  readonly #where: string;

  constructor(tensors: Readonly<Record<string, NdArray>>, where: string) {
    [this.#tensors, this.#where] = [tensors, where];
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#tensors, name);
  }

  /** In f32. @throws GenError `shape` naming it */
  take(name: string, shape: Shape): NdArray {
    const found = this.has(name) ? this.#tensors[name]! : undefined;
    if (found !== undefined && found.shape.join() === shape.join()) return floatOf(found);
    const got = found === undefined ? "no tensor of that name" : showShape(found.shape);
    throw new GenError("shape", `${this.#where}: expected "${name}" ${showShape(shape)}, got ${got}`, {
      fix: "take the config.json that was published with it",
    });
  }
}

function transposed({ data, shape }: NdArray): NdArray {
  const [rows, columns] = shape as [number, number];
  const turned = Float32Array.from({ length: rows * columns }, (_, i) =>
    Number(data[(i % rows) * columns + Math.floor(i / rows)]),
  );
  return ndarray(turned, [columns, rows]);
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
