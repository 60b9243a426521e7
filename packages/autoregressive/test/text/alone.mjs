/** @file Run as `node alone.mjs folder request`: files of an exported language model, with ONNX Runtime and nothing of ours. */
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [folder, text] = process.argv.slice(2);
const { tokens, steps, seed, n } = JSON.parse(text);
const open = (name) => InferenceSession.create(join(folder, name), { logSeverityLevel: 3 });
const int64 = (value) => new Tensor("int64", [BigInt(value)], []);
const rows = new Tensor("int32", tokens, [1, tokens.length]);
const { logits } = await (await open("network.onnx")).run({ tokens: rows });
const { logprob } = await (await open("logprob.onnx")).run({ tokens: rows });
const sampler = await open("sampler.onnx");
const { samples } = await sampler.run({ seed: int64(seed), n: int64(n), steps: int64(steps) });
const temperature = new Tensor("float32", [1], []);
const complete = await open("complete.onnx");
const after = await complete.run({ seed: int64(seed), tokens: rows, steps: int64(steps), temperature });
process.stdout.write(
  JSON.stringify({
    logits: [...logits.data],
    logprob: logprob.data[0],
    samples: [...samples.data],
    shape: samples.dims,
    after: [...after.samples.data],
  }),
);
