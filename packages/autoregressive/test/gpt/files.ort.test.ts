import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeSafetensors, encodeSafetensors, inference, key, ndarray, type NdArray, type Runtime } from "@gen/core";
import { node, openSession } from "@gen/core/node";
import { halfOf } from "@gen/core/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CharacterTokenizer, complete, gptOfConfig, huggingFaceFiles, llama, loadGpt2 } from "../../src/index.js";

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

describe("a GPT-2 from elsewhere", async () => {
  const at = (name: string): URL => new URL(`./fixtures/${name}`, import.meta.url);
  const bytes = new Uint8Array(await readFile(at("gpt2.safetensors")));
  const { config, tokens, logits } = JSON.parse(await readFile(at("gpt2.json"), "utf8")) as {
    config: Record<string, unknown>;
    tokens: number[];
    logits: number[];
  };
  const { tensors } = decodeSafetensors(bytes, { file: "gpt2" });

  it.each([
    ["f32", bytes, 1e-4],
    [
      "f16",
      encodeSafetensors(Object.fromEntries(Object.entries(tensors).map(([name, array]) => [name, halfOf(array)]))),
      5e-2,
    ],
  ])("gives the logits that PyTorch gives, stored in %s", async (_, file, within) => {
    const gpt = gptOfConfig(JSON.stringify(config));
    const store = await runtime.init(gpt, { key: key(0) });
    await loadGpt2(gpt, { store, bytes: file });
    const program = inference(gpt, { x: { shape: [1, 10], dtype: "i32" } }, ({ x }, scope) => ({
      l: gpt.logits(x, scope),
    }));
    const { l } = await runtime.run(program, { store, feeds: { x: ndarray(tokens, [1, 10], "i32") } });
    logits.forEach((v, i) => expect(Math.abs(Number(l!.data[i]) - v)).toBeLessThan(within * (1 + Math.abs(v))));
  });

  it.each<[string, (t: typeof tensors) => typeof tensors, string]>([
    [
      "missing",
      (t) => Object.fromEntries(Object.entries(t).filter(([name]) => name !== "transformer.h.1.ln_2.bias")),
      'expected "transformer.h.1.ln_2.bias" [8], got no tensor of that name',
    ],
    [
      "misshapen",
      (t) => ({ ...t, "transformer.wpe.weight": ndarray(new Float32Array(64), [8, 8]) }),
      'expected "transformer.wpe.weight" [16, 8], got [8, 8]',
    ],
  ])("names a tensor that is %s", async (_, change, message) => {
    const gpt = gptOfConfig(JSON.stringify(config));
    const store = await runtime.init(gpt, { key: key(0) });
    await expect(loadGpt2(gpt, { store, bytes: encodeSafetensors(change(tensors)) })).rejects.toThrow(message);
  });

  it.each<[object, string]>([
    [{ model_type: "bert" }, 'config.json: expected "gpt2" as model_type, got "bert"'],
    [{ n_layer: 0 }, "a whole number ≥ 1 as n_layer, got 0"],
    [{ activation_function: "silu" }, "gelu_new, gelu or relu as activation_function"],
    [{ tie_word_embeddings: false }, "expected true as tie_word_embeddings, got false"],
    [{ scale_attn_by_inverse_layer_idx: true }, "expected false as scale_attn_by_inverse_layer_idx, got true"],
  ])("says what of its config is not known", (change, message) => {
    expect(() => gptOfConfig(JSON.stringify({ ...config, ...change }))).toThrow(message);
    expect(() => gptOfConfig("{")).toThrow("config.json: expected JSON");
    expect(() => gptOfConfig("null")).toThrow("config.json: expected an object, got null");
  });
});

describe("the layout of Hugging Face's decoders", () => {
  it("is a folder whose network goes on from a past of any length, and from none, behind blanks", async () => {
    const tokenizer = CharacterTokenizer.of("abcdefg", { special: ["<end>"] });
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
    expect(config).toMatchObject({ architectures: ["LlamaForCausalLM"], num_key_value_heads: 2, eos_token_id: 7 });
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
