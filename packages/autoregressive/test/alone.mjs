/** @file Run as `node alone.mjs folder requests`: files of an exported model, with ONNX Runtime and nothing of ours. */
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const types = { f32: "float32", i32: "int32", i64: "int64" };
const [folder, requests] = process.argv.slice(2);
const results = [];
for (const { file, inputs } of JSON.parse(requests)) {
  const session = await InferenceSession.create(join(folder, file), { logSeverityLevel: 3 });
  const feeds = Object.entries(inputs).map(([name, { dtype, shape, data }]) => {
    const values = dtype === "i64" ? data.map(BigInt) : data;
    return [name, new Tensor(types[dtype], values, shape)];
  });
  const outputs = await session.run(Object.fromEntries(feeds));
  results.push(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)])));
}
process.stdout.write(JSON.stringify(results));
