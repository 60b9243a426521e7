/**
 * @file transformers.js alone, as installed for the benchmarks: `node transformers.mjs <folder> <model> <prompt> <count>` prints
 * the tokens of a greedy text, prompt included, as a process of its own, since it has an ONNX Runtime of its own.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(new URL("../../../bench/package.json", import.meta.url));
const library = await import(pathToFileURL(resolve("@huggingface/transformers")).href);
const { AutoModelForCausalLM, AutoTokenizer, env } = library;
const [folder, name, prompt, count] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = `${folder}/`;
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForCausalLM.from_pretrained(name, {
  dtype: "fp32",
  session_options: { intraOpNumThreads: 1 },
});
const tokens = await model.generate({ ...tokenizer(prompt), max_new_tokens: Number(count), do_sample: false });
process.stdout.write(tokenizer.decode([...tokens.data].map(Number), { skip_special_tokens: true }));
