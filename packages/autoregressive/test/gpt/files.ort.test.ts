import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeSafetensors,
  encodeSafetensors,
  inference,
  key,
  ndarray,
  type NdArray,
  type Runtime,
  type Store,
} from "@gen/core";
import { node, openSession } from "@gen/core/node";
import { halfOf } from "@gen/core/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CharacterTokenizer,
  complete,
  gptOfConfig,
  type Gpt,
  huggingFaceFiles,
  llama,
  loadGpt,
} from "../../src/index.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "gpt-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

/** A file of tensors, its config, and the logits that PyTorch gives by it. */
async function published(name: string) {
  const at = (ending: string): URL => new URL(`./fixtures/${name}.${ending}`, import.meta.url);
  const { tensors } = decodeSafetensors(new Uint8Array(await readFile(at("safetensors"))), { file: name });
  const json = JSON.parse(await readFile(at("json"), "utf8")) as {
    config: Record<string, unknown>;
    tokens: number[];
    logits: number[];
    scaled: { rope: Record<string, unknown>; logits: number[] }[];
  };
  return { tensors, ...json };
}

const halves = (tensors: Readonly<Record<string, NdArray>>): Record<string, NdArray> =>
  Object.fromEntries(Object.entries(tensors).map(([name, array]) => [name, halfOf(array)]));

async function logitsOf(gpt: Gpt, { store, tokens }: { store: Store; tokens: readonly number[] }): Promise<NdArray> {
  const fields = { x: { shape: [1, tokens.length], dtype: "i32" } } as const;
  const program = inference(gpt, fields, ({ x }, scope) => ({ l: gpt.logits(x, scope) }));
  const { l } = await runtime.run(program, { store, feeds: { x: ndarray(tokens, [1, tokens.length], "i32") } });
  return l!;
}

function close({ data }: NdArray, wanted: readonly number[], within: number): void {
  expect(data).toHaveLength(wanted.length);
  wanted.forEach((v, i) => expect(Math.abs(Number(data[i]) - v)).toBeLessThan(within * (1 + Math.abs(v))));
}

describe.each(["gpt2", "llama", "mistral", "qwen3"])("a %s from elsewhere", async (name) => {
  const { tensors, config, tokens, logits } = await published(name);
  const names = Object.keys(tensors);
  const [early, late] = [names.slice(0, 5), names.slice(5)].map((some) =>
    encodeSafetensors(Object.fromEntries(some.map((one) => [one, tensors[one]!]))),
  ) as [Uint8Array, Uint8Array];

  it.each<[string, Record<string, Uint8Array>, number]>([
    ["f32", { whole: encodeSafetensors(tensors) }, 1e-4],
    ["f32, in two files", { "1-of-2": early, "2-of-2": late }, 1e-4],
    ["f16", { whole: encodeSafetensors(halves(tensors)) }, 5e-2],
  ])("gives the logits that PyTorch gives, stored in %s", async (_, files, within) => {
    const gpt = gptOfConfig(JSON.stringify(config));
    const store = await runtime.init(gpt, { key: key(0) });
    await loadGpt(gpt, { store, files });
    close(await logitsOf(gpt, { store, tokens }), logits, within);
  });

  it("names a tensor that is missing or misshapen", async () => {
    const gpt = gptOfConfig(JSON.stringify(config));
    const store = await runtime.init(gpt, { key: key(0) });
    const [lost, bent] = [names.at(-1)!, names[0]!];
    const without = Object.fromEntries(Object.entries(tensors).filter(([one]) => one !== lost));
    const load = (given: Record<string, NdArray>) =>
      loadGpt(gpt, { store, files: { "m.safetensors": encodeSafetensors(given) } });
    await expect(load(without)).rejects.toThrow(
      `m.safetensors: expected "${lost}" [${tensors[lost]!.shape.join(", ")}], got no tensor`,
    );
    const shape = tensors[bent]!.shape;
    await expect(load({ ...tensors, [bent]: ndarray(new Float32Array(8), [8]) })).rejects.toThrow(
      `m.safetensors: expected "${bent}" [${shape.join(", ")}], got [8]`,
    );
  });
});

describe("a Llama whose turns are slowed down", async () => {
  const { tensors, config, tokens, scaled } = await published("llama");

  it.each(scaled)("gives the logits that PyTorch gives: $rope.rope_type", async ({ rope, logits }) => {
    const { rope_theta, ...others } = config;
    for (const own of [{ rope_theta, rope_scaling: rope }, { rope_parameters: { rope_theta, ...rope } }]) {
      const gpt = gptOfConfig(JSON.stringify({ ...others, ...own }));
      const store = await runtime.init(gpt, { key: key(0) });
      await loadGpt(gpt, { store, files: { whole: encodeSafetensors(tensors) } });
      close(await logitsOf(gpt, { store, tokens }), logits, 1e-4);
    }
  });
});

describe("a config.json", async () => {
  const [{ config }, llamas] = [await published("gpt2"), await published("llama")];

  it.each<[object, string]>([
    [
      { model_type: "bert" },
      'config.json: expected one of "gpt2", "llama", "mistral", "qwen3" as model_type, got "bert"',
    ],
    [{ n_layer: 0 }, "a whole number ≥ 1 as n_layer, got 0"],
    [{ activation_function: "silu" }, 'one of "gelu_new", "gelu", "relu" as activation_function, got "silu"'],
    [{ tie_word_embeddings: false }, "expected true as tie_word_embeddings, got false"],
    [{ scale_attn_by_inverse_layer_idx: true }, "expected false as scale_attn_by_inverse_layer_idx, got true"],
  ])("says what of its config is not known", (change, message) => {
    expect(() => gptOfConfig(JSON.stringify({ ...config, ...change }))).toThrow(message);
    expect(() => gptOfConfig("{")).toThrow("config.json: expected JSON");
    expect(() => gptOfConfig("null")).toThrow("config.json: expected an object as the file, got nothing");
  });

  it.each<[object, string]>([
    [
      { rope_scaling: { rope_type: "llama3", factor: 8 } },
      "config.json: expected a number > 0 as rope_scaling.low_freq_factor, got nothing",
    ],
    [
      { rope_scaling: { type: "dynamic", factor: 2 } },
      'config.json: expected one of "default", "linear", "llama3" as rope_scaling.type, got "dynamic"',
    ],
    [{ partial_rotary_factor: 0.5 }, "expected 1 as partial_rotary_factor, got 0.5"],
    [
      { rope_parameters: { rope_type: "yarn" } },
      'config.json: expected one of "default", "linear", "llama3" as rope_parameters.rope_type, got "yarn"',
    ],
    [{ head_dim: 0 }, "a whole number ≥ 1 as head_dim, got 0"],
    [{ hidden_act: "gelu" }, 'expected "silu" as hidden_act, got "gelu"'],
    [{ num_key_value_heads: "2" }, 'a whole number ≥ 1 as num_key_value_heads, got "2"'],
    [{ model_type: "qwen3", rms_norm_eps: 1e-5 }, "expected 0.000001 as rms_norm_eps"],
    [
      { model_type: "qwen3", layer_types: ["full_attention", "sliding_attention"] },
      'expected "full_attention" as layer_types[1], got "sliding_attention"',
    ],
    [{ attention_bias: true }, "expected true as mlp_bias, got nothing"],
  ])("says what of a Llama's is not known", (change, message) => {
    expect(() => gptOfConfig(JSON.stringify({ ...llamas.config, ...change }))).toThrow(message);
  });
});

describe("the layout of Hugging Face's decoders", () => {
  it("is a folder whose network goes on from a past of any length, and from none, behind blanks", async () => {
    const tokenizer = CharacterTokenizer.of("abcdefg", { special: ["<end>", "<begin>"] });
    Object.assign(tokenizer, { around: { before: [8], after: [] } });
    const gpt = llama({ vocabulary: tokenizer.size, context: 24, layers: 2, heads: 4, features: 16, keyHeads: 2 });
    const store = await runtime.init(gpt, { key: key(4) });
    const files = await huggingFaceFiles(
      gpt,
      { runtime, store },
      {
        tokenizer,
        end: "<end>",
        checkers: [{ provider: "cpu", open: (bytes) => openSession(bytes, { file: "model.onnx" }) }],
      },
    );
    expect([...files.keys()]).toEqual([
      "onnx/model.onnx",
      "config.json",
      "generation_config.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as Record<string, unknown>;
    expect(config).toMatchObject({
      architectures: ["LlamaForCausalLM"],
      num_key_value_heads: 2,
      eos_token_id: 7,
      bos_token_id: 8,
    });
    const names = JSON.parse(new TextDecoder().decode(files.get("tokenizer_config.json"))) as Record<string, unknown>;
    expect(names).toMatchObject({ bos_token: "<begin>", eos_token: "<end>", model_max_length: 24 });
    await writeFile(join(folder, "model.onnx"), files.get("onnx/model.onnx")!);

    // Greedy by hand over the cache, beside a second row with two blanks before it.
    const session = await openSession(files.get("onnx/model.onnx")!, { file: "model.onnx" });
    const i64 = (rows: number[][]) => ndarray(rows.flat().map(BigInt), [rows.length, rows[0]!.length], "i64");
    const prompts = [
      [0, 3, 1, 5],
      [2, 6],
    ];
    let mask = [
      [1, 1, 1, 1],
      [0, 0, 1, 1],
    ];
    let [ids, positions] = [
      [
        [0, 3, 1, 5],
        [0, 0, 2, 6],
      ],
      [
        [0, 1, 2, 3],
        [0, 0, 0, 1],
      ],
    ];
    let past: Record<string, NdArray> = Object.fromEntries(
      [0, 1].flatMap((i) =>
        ["key", "value"].map((part) => [`past_key_values.${i}.${part}`, ndarray([], [2, 2, 0, 4])]),
      ),
    );
    const written: number[][] = [[], []];
    for (let t = 0; t < 5; t++) {
      const out = await session.run({
        input_ids: i64(ids),
        attention_mask: i64(mask),
        position_ids: i64(positions),
        ...past,
      });
      const { data, shape } = out["logits"]!;
      const [, length, v] = shape as [number, number, number];
      written.forEach((row, r) => {
        const last = [...(data as Float32Array).slice((r * length + length - 1) * v, (r + 1) * length * v)];
        row.push(last.indexOf(Math.max(...last)));
      });
      past = Object.fromEntries(
        Object.keys(past).map((name) => [name, out[name.replace("past_key_values", "present")]!]),
      );
      mask = mask.map((row) => [...row, 1]);
      ids = written.map((row) => [row.at(-1)!]);
      positions = positions.map((row) => [row.at(-1)! + 1]);
    }
    await session.close();
    const ours = await complete({ model: gpt, runtime, store }, { prompt: prompts, greedy: true, maxTokens: 5 });
    expect(written).toEqual(ours.map(({ tokens }) => [...tokens]));
  });
});
