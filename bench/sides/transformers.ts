/** @file The transformers.js side: our weights in the layout of Hugging Face's decoders, decoded by its `generate`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CharacterTokenizer, huggingFaceFiles } from "@gen/autoregressive";
import { node } from "@gen/core/node";
import { AutoModelForCausalLM, env, Tensor } from "@huggingface/transformers";
import { readFixture } from "../src/fixtures.js";
import { serve, type Request, type Work } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { gpt, gptLarge, PROMPT } from "../src/works/text.js";
import { opened } from "./ours/subject.js";

async function start({ folder, threads }: Request): Promise<Work> {
  const fixture = readFixture(folder);
  await writeModel(fixture, join(folder, "hugging-face"));
  env.allowRemoteModels = false;
  env.localModelPath = `${folder}/`;
  const session_options = { intraOpNumThreads: threads };
  const model = await AutoModelForCausalLM.from_pretrained("hugging-face", { dtype: "fp32", session_options });
  const whole = (values: readonly number[]): Tensor =>
    new Tensor("int64", BigInt64Array.from(values.map(BigInt)), [1, values.length]);
  const prompt = [...fixture.rows.data.slice(0, PROMPT)];
  return {
    async run(steps) {
      const input_ids = whole(prompt);
      const attention_mask = whole(prompt.map(() => 1));
      const options = { max_new_tokens: steps, min_new_tokens: steps, do_sample: false };
      const out = (await model.generate({ input_ids, attention_mask, ...options })) as Tensor;
      return [...(out.data as BigInt64Array)].slice(PROMPT).map(Number);
    },
  };
}

async function writeModel(fixture: ReturnType<typeof readFixture>, folder: string): Promise<void> {
  const model = gpt(gptLarge);
  const runtime = await node({ threads: 1 });
  const store = await opened(runtime, fixture, { model });
  const characters = Array.from({ length: gptLarge.vocabulary }, (_, i) => String.fromCodePoint(0x4e00 + i));
  const tokenizer = new CharacterTokenizer(characters);
  for (const [name, bytes] of await huggingFaceFiles(model, { runtime, store }, { tokenizer })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  await runtime.close();
}

await serve(`transformers.js ${versionOf("@huggingface/transformers")}`, start);
