/** @file Run as `node sample.mjs folder feeds`: samples from sampler.onnx, with ONNX Runtime and nothing of ours. */
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [folder, text] = process.argv.slice(2);
const { seed, n, steps, label, guidance } = JSON.parse(text);
const int64 = (value) => new Tensor("int64", [BigInt(value)], []);
const session = await InferenceSession.create(join(folder, "sampler.onnx"), { logSeverityLevel: 3 });
const { samples } = await session.run({
  seed: int64(seed),
  n: int64(n),
  steps: int64(steps),
  label: new Tensor("int32", label, [n]),
  guidance: new Tensor("float32", [guidance], []),
});
process.stdout.write(JSON.stringify({ dims: samples.dims, data: Array.from(samples.data) }));
