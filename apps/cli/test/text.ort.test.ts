/** @file A folder of text, the whole way: learned from, exported with its tokenizer, written on with every way of choosing. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { byteTokenizer, gpt2, type Tokenizer } from "@gen/autoregressive";
import { encodeSafetensors, key, ndarray, type NdArray } from "@gen/core";
import { node } from "@gen/core/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const run = (line: string, lines?: readonly string[]): Promise<Heard> =>
  testWorld(place, () => node({ threads: 1 }), lines).run(line);
const file = (name: string, content: string | Uint8Array): void => writeFileSync(join(place, name), content);

const OPTIONS = "--layers 1 --features 16 --heads 2 --context 24 --learning-rate 0.01";

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-text-"));
  mkdirSync(join(place, "notes"));
  file("notes/a.md", "the cat sat on the mat. ".repeat(60));
  file("notes/b.txt", "the dog sat on the log. ".repeat(60));
  expect(await run(`train gpt ./notes --steps 60 ${OPTIONS} --name cats`)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Told {
  readonly texts: readonly {
    readonly text: string;
    readonly finish: string;
    readonly logProb: number;
    readonly score?: number;
    readonly tokens?: readonly { readonly text: string; readonly logProb: number; readonly alternatives: object[] }[];
  }[];
}

/** What is told to machines. */
async function told(line: string): Promise<Told["texts"]> {
  const { code, out, err } = await run(`${line} --json`);
  expect([code, err]).toEqual([0, ""]);
  return (JSON.parse(out.trim().split("\n").at(-1)!) as Told).texts;
}

describe("a model of a folder of text", () => {
  it("is exported beside its tokenizer, and reported by place", () => {
    const path = join(place, "runs", "cats", "model", "tokenizer.json");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ model: { type: "BPE" } });
    const report = readFileSync(join(place, "runs", "cats", "report.html"), "utf8");
    expect(report).toContain("by how many tokens came before");
  });

  it("writes the same for a seed, many texts, and what an expression says", async () => {
    const [a, b] = [
      await run("write runs/cats --prompt the --seed 3"),
      await run("write runs/cats --prompt the --seed 3"),
    ];
    expect(a.code).toBe(0);
    expect(a.out.length).toBeGreaterThan(50);
    expect(a.out).toBe(b.out);
    const [one] = await told("write runs/cats --prompt the --matching (?:cat|dog) --no-repeat 3 --top-p 0.9");
    expect(one).toMatchObject({ finish: "complete", text: expect.stringMatching(/^(?:cat|dog)$/) as string });
    const many = await told("write runs/cats --prompt the --count 3 --temperature 2 --max-tokens 12");
    expect(new Set(many.map(({ text }) => text)).size).toBe(3);
    const stopped = await told("write runs/cats --prompt the --greedy --stop a");
    expect(stopped[0]).toMatchObject({ finish: "stop", text: expect.not.stringContaining("a") as string });
  });

  it("looks for the likeliest texts, and tells tokens beside others", async () => {
    const beams = await told("write runs/cats --prompt the --beams 4 --count 2 --max-tokens 6");
    expect(beams[0]!.score).toBeGreaterThanOrEqual(beams[1]!.score!);
    const [one] = await told("write runs/cats --prompt the --greedy --alternatives 3 --max-tokens 5");
    expect(one!.tokens).toHaveLength(5);
    expect(one!.tokens![0]).toMatchObject({ alternatives: [{ text: one!.tokens![0]!.text }, {}, {}] });
    const { out } = await run("write runs/cats --prompt the --greedy --alternatives 2 --max-tokens 5");
    expect(out.trim().split("\n")).toHaveLength(5);
  });

  it("is measured in perplexity and bits per byte", async () => {
    const { code, out } = await run("eval runs/cats --json");
    expect(code).toBe(0);
    const { metrics } = JSON.parse(out.trim().split("\n").at(-1)!) as { metrics: Record<string, number> };
    expect(metrics["perplexity"]).toBeCloseTo(Math.exp(metrics["nats"]!), 4);
    const ratio = metrics["bitsPerByte"]! / metrics["bits"]!; // an end is a token and no byte
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThan(1.02);
  });

  it("guesses ahead for another, and its folder may lie elsewhere", async () => {
    cpSync(join(place, "runs", "cats", "model"), join(place, "elsewhere"), { recursive: true });
    const [one] = await told("write elsewhere --prompt the --draft runs/cats --ahead 2 --max-tokens 8");
    expect(one!.finish).toBe("length");
  });

  it("writes in 8 bits: of a folder exported so, drawn in a loop and by beams; or where that is asked for", async () => {
    expect(
      await run("train gpt ./notes --steps 60 --layers 1 --features 64 --heads 2 --context 24 --name wide"),
    ).toMatchObject({ code: 0 });
    expect(await run("export runs/wide --precision i8 --to bytes")).toMatchObject({ code: 0 });
    const asked = "--prompt the --max-tokens 12";
    const logProbs = async (line: string): Promise<number[]> =>
      (await told(`write ${line} ${asked}`)).map(({ logProb }) => logProb);
    for (const how of ["--matching [a-z\\s.]*", "--greedy", "--beams 2"]) {
      const [narrow] = await logProbs(`bytes ${how}`);
      expect(await logProbs(`runs/wide --precision i8 ${how}`)).toEqual([narrow]);
      const [wide] = await logProbs(`runs/wide ${how}`);
      expect(narrow).not.toBe(wide);
      expect(Math.abs(narrow! - wide!)).toBeLessThan(0.3);
    }
    const { err } = await run("write runs/cats --precision i8 --prompt the");
    expect(err).toContain("expected large matrices, which 8 bits are for");
  });

  it("is written in the layout that transformers.js loads", async () => {
    expect(await run("export runs/cats --layout transformers --to theirs-to-be")).toMatchObject({ code: 0 });
    const config = JSON.parse(readFileSync(join(place, "theirs-to-be", "config.json"), "utf8")) as object;
    expect(config).toMatchObject({ num_hidden_layers: 1, max_position_embeddings: 24 });
    expect(existsSync(join(place, "theirs-to-be", "onnx", "model.onnx"))).toBe(true);
  });

  it("goes on with what is said, line by line", async () => {
    const { code, out } = await run("write runs/cats --greedy --matching [a-z]{3}", ["the cat ", "the dog "]);
    expect(code).toBe(0);
    expect(out).toMatch(/^[a-z]{3}\n[a-z]{3}\n$/);
  });

  it("is tuned to answer, and answers each line by itself", async () => {
    const pairs = Array.from({ length: 40 }, (_, i) => ["cat", "dog"][i % 2]!);
    file(
      "asked.jsonl",
      pairs.map((animal) => JSON.stringify({ prompt: animal, answer: animal === "cat" ? "mat" : "log" })).join("\n"),
    );
    const from = "--from runs/cats --template {}. --context 24 --learning-rate 0.01";
    const trained = await run(`train gpt ./asked.jsonl ${from} --steps 80 --name asked`);
    expect(trained).toMatchObject({ code: 0 });
    const { out } = await run("write runs/asked --greedy", ["cat", "dog", "cat"]);
    expect(out).toBe("mat\nlog\nmat\n");
    const adapted = await run(`train gpt ./asked.jsonl ${from} --lora 4 --steps 120 --name adapted`);
    expect(adapted).toMatchObject({ code: 0 });
    expect((await run("write runs/adapted --greedy", ["dog", "cat"])).out).toBe("log\nmat\n");
    const alone = await run("train gpt ./notes --lora 4 --steps 1");
    expect(alone.err).toContain("expected --lora only beside --from");
    expect(await run("export runs/adapted --layout transformers --to merged")).toMatchObject({ code: 0 });
    expect(existsSync(join(place, "merged", "onnx", "model.onnx"))).toBe(true);
    const again = await run(
      "train gpt ./asked.jsonl --from runs/adapted --template {}. --context 24 --lora 2 --steps 1 --name on",
    );
    expect(again.code).toBe(0);
  });
});

it("writes with its adapters merged what transformers.js writes by its folder", ({ skip }) => {
  const library = new URL("../../../bench/node_modules/@huggingface/transformers", import.meta.url);
  if (!existsSync(library)) skip("transformers.js is not installed: npm run bench installs it");
  const script = new URL("transformers.mjs", import.meta.url).pathname;
  for (const [asked, answer] of [
    ["cat.", "mat"],
    ["dog.", "log"],
  ] as const) {
    const text = execFileSync(process.execPath, [script, place, "merged", asked, "8"], { encoding: "utf8" });
    expect(text).toBe(asked + answer);
  }
});

describe("a GPT-2 from elsewhere", () => {
  beforeAll(async () => {
    await foreign("theirs", byteTokenizer());
    await foreign("misfit", byteTokenizer({ special: ["<end>"] }));
  });

  it("writes as well", async () => {
    const [one] = await told("write theirs --prompt ab --max-tokens 6 --top-k 5");
    expect(one!.finish).toBe("length");
    const [, , again] = await told("write theirs --prompt ab --max-tokens 6 --top-k 5 --count 3");
    expect(again!.finish).toBe("length");
  });

  it("is tuned, and then writes as what gen trained", async () => {
    const tuned = await run(
      "train gpt ./notes --from theirs --context 16 --steps 60 --learning-rate 0.02 --name tuned",
    );
    expect(tuned).toMatchObject({ code: 0 });
    rmSync(join(place, "theirs"), { recursive: true }); // which it does not need any more
    const [one] = await told("write runs/tuned --prompt the --greedy --max-tokens 8");
    expect(one!.text).toMatch(/^[ a-z.]{8}$/);
    await foreign("theirs", byteTokenizer());
    const { err } = await run("train gpt ./asked.jsonl --from theirs --context 24 --steps 1");
    expect(err).toContain("--from: expected a model with a special token that ends texts, got one without");
  });

  it.each([
    ["broken", 'expected "transformer.wte.weight" [256, 8]'],
    ["without", "tokenizer.json"],
    ["weightless", "weightless: expected files of .safetensors beside config.json, got none"],
  ])("says what is wrong: %s", async (name, message) => {
    cpSync(join(place, "theirs"), join(place, name), { recursive: true });
    if (name === "broken")
      file("broken/model.safetensors", encodeSafetensors({ "transformer.wte.weight": ndarray([1], [1]) }));
    else rmSync(join(place, name, name === "without" ? "tokenizer.json" : "model.safetensors"));
    expect(await run(`write ${name} --prompt a`)).toMatchObject({
      code: expect.any(Number) as number,
      err: expect.stringContaining(message) as string,
    });
  });
});

/** A folder as GPT-2s are published. */
async function foreign(name: string, tokenizer: Tokenizer): Promise<void> {
  const [n_embd, n_layer, n_positions, vocab_size] = [8, 1, 32, 256];
  const gpt = gpt2({ vocabulary: vocab_size, context: n_positions, layers: n_layer, heads: 2, features: n_embd });
  const runtime = await node({ threads: 1 });
  const store = await runtime.init(gpt, { key: key(1) });
  const of = (path: string): Promise<NdArray> => store.read(path);
  const block = "blocks.0";
  const [parts, biases] = await Promise.all(
    ["weight", "bias"].map((what) =>
      Promise.all(["query", "key", "value"].map((part) => of(`${block}.attention.${part}.${what}`))),
    ),
  );
  const joined = Array.from({ length: n_embd }, (_, row) =>
    parts!.flatMap(({ data }) => Array.from((data as Float32Array).subarray(row * n_embd, (row + 1) * n_embd))),
  ).flat();
  const names: Readonly<Record<string, string>> = {
    "wte.weight": "tokens.weight",
    "wpe.weight": "positions.weight",
    "ln_f.weight": "norm.scale",
    "ln_f.bias": "norm.shift",
    "h.0.ln_1.weight": `${block}.attentionNorm.scale`,
    "h.0.ln_1.bias": `${block}.attentionNorm.shift`,
    "h.0.ln_2.weight": `${block}.feedForwardNorm.scale`,
    "h.0.ln_2.bias": `${block}.feedForwardNorm.shift`,
    "h.0.attn.c_proj.weight": `${block}.attention.output.weight`,
    "h.0.attn.c_proj.bias": `${block}.attention.output.bias`,
    "h.0.mlp.c_fc.weight": `${block}.feedForward.up.weight`,
    "h.0.mlp.c_fc.bias": `${block}.feedForward.up.bias`,
    "h.0.mlp.c_proj.weight": `${block}.feedForward.down.weight`,
    "h.0.mlp.c_proj.bias": `${block}.feedForward.down.bias`,
  };
  const tensors = await Promise.all(
    Object.entries(names).map(async ([theirs, ours]) => [`transformer.${theirs}`, await of(ours)] as const),
  );
  await runtime.close();
  mkdirSync(join(place, name));
  const all = {
    ...Object.fromEntries(tensors),
    "transformer.h.0.attn.c_attn.weight": ndarray(joined, [n_embd, 3 * n_embd]),
    "transformer.h.0.attn.c_attn.bias": ndarray(
      biases!.flatMap(({ data }) => Array.from(data as Float32Array)),
      [3 * n_embd],
    ),
  };
  file(`${name}/model.safetensors`, encodeSafetensors(all));
  file(
    `${name}/config.json`,
    JSON.stringify({ model_type: "gpt2", n_embd, n_layer, n_head: 2, n_positions, vocab_size }),
  );
  file(`${name}/tokenizer.json`, JSON.stringify(tokenizer.toJson()));
}

describe("errors", () => {
  beforeAll(() => {
    file("bad.jsonl", '{"prompt":"a"}\n');
    file("bad.json", "{");
    mkdirSync(join(place, "empty"));
    file("notes-latin.txt", Uint8Array.of(0xe9, 0x20, 0x41));
  });

  it.each([
    ["write runs/cats --prompt the --greedy --temperature 2", "no temperature beside greedy"],
    ["write runs/cats --prompt Ω", 'got "Ω"'],
    ["write runs/cats --prompt the --matching X", "a constraint that none meets"],
    ["write runs/cats --prompt the --matching (a", 'expected ")" at 2'],
    ["write runs/cats --prompt the --schema none.json", "none.json"],
    ["write runs/cats --prompt the --schema bad.json", "bad.json: expected JSON"],
    ["write runs/cats --prompt the --schema bad.json --matching a", "--matching or --schema, got both"],
    ["write runs/cats --prompt the --greedy --seed 1", "no --seed beside --greedy"],
    ["write runs/cats --prompt the --beams 2 --temperature 2", "none of what draws or streams, got temperature"],
    ["write runs/cats --prompt the --beams 2 --stop a", "none of what draws or streams, got stop"],
    ["write runs/cats --prompt the --beams 2 --count 3", "count from 1 to beams, got 2 and 3"],
    ["write runs/cats --prompt the --length-penalty 1", "--length-penalty only with --beams"],
    ["write runs/cats --prompt the --ahead 3", "--ahead only with --draft"],
    ["write runs/cats --prompt the --draft runs/cats --count 2", "one prompt, got 2"],
    ["write runs/cats --prompt the --draft runs/cats --truncate", "no --truncate beside --draft"],
    ["write runs/cats --prompt the --greedy --count 2", "no --count beside --greedy"],
    ["write runs/cats --prompt the --template x", "a text with {}"],
    [`write runs/cats --prompt ${"a".repeat(30)}`, "at most 24 tokens, the model's context, as prompt, got 30"],
    ["write runs/cats --prompt the --draft theirs", "a draft model of the same tokens"],
    ["write misfit --prompt a", "expected a tokenizer of at most 256 tokens, as the model knows, got one of 257"],
    ["train gpt ./notes --from misfit --steps 1", "expected a tokenizer of at most 256 tokens"],
    ["train gpt ./notes --from theirs --steps 1", "expected a context of at most 32, as the model has, got 64"],
    ["train gpt ./notes --from theirs --layers 2", "--layers only without --from"],
    ["train gpt ./notes --from theirs --tokens bytes", "--tokens only without --from"],
    ["train gpt ./notes --from nowhere", "expected an exported model"],
    ["write nowhere --prompt the", "expected an exported model"],
    ["export runs/cats --layout transformers", "expected --to beside --layout transformers"],
    ["sample runs/cats", "gen write runs/cats"],
    ["train gpt ./notes --data ./notes", "expected the data once"],
    ["train gpt --data bars", "gpt: expected text"],
    ["train gpt ./notes --style lstm --heads 2", "--heads only with --style"],
    ["train gpt ./empty", "empty: expected pictures, text or MIDI files, got none"],
    ["train gpt ./notes-latin.txt", "expected UTF-8, got other bytes"],
    ["train gpt ./bad.jsonl", 'line 1: expected "prompt" and "answer"'],
  ])("say what is wrong: %s", async (line, message) => {
    const { code, err } = await run(line);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });
});
