/** @file Run as `node roundtrip.mjs folder rows`: x → encode.onnx → decode.onnx → x, with ONNX Runtime and nothing of ours. */
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [folder, text] = process.argv.slice(2);
const { x, shape, context } = JSON.parse(text);
const options = { logSeverityLevel: 3 };
const condition = context === undefined ? {} : { context: new Tensor("float32", context.data, context.shape) };
const encode = await InferenceSession.create(join(folder, "encode.onnx"), options);
const decode = await InferenceSession.create(join(folder, "decode.onnx"), options);
const { z } = await encode.run({ x: new Tensor("float32", x, shape), ...condition });
const { x: again } = await decode.run({ z, ...condition });
const worst = again.data.reduce((most, v, i) => Math.max(most, Math.abs(v - x[i]) / (1 + Math.abs(x[i]))), 0);
process.stdout.write(JSON.stringify({ worst, shape: again.dims }));
