// @ts-check
/**
 * @file The thread that ONNX Runtime works in: `session.run` blocks whoever calls it. Arrays that last stay here, by
 * number; the main thread sends a request and gets one answer.
 */
import { parentPort } from "node:worker_threads";
import * as ort from "onnxruntime-node";

/** @typedef {{ dtype: string, shape: readonly number[], data: any }} Plain */
/** @typedef {{ handle: number } | Plain} Input */

const types = /** @type {const} */ ({
  f32: "float32",
  f64: "float64",
  f16: "float16",
  i32: "int32",
  i64: "int64",
  u32: "uint32",
  u64: "uint64",
  u8: "uint8",
  bool: "bool",
});
const names = Object.fromEntries(Object.entries(types).map(([ours, theirs]) => [theirs, ours]));

/** @type {Map<number, ort.InferenceSession>} */
const sessions = new Map();
/** @type {Map<number, ort.Tensor>} */
const tensors = new Map();
let next = 0;

/** @param {Plain} plain */
const tensorOf = ({ dtype, shape, data }) =>
  new ort.Tensor(types[/** @type {keyof typeof types} */ (dtype)], data, [...shape]);

/** @param {ort.Tensor} tensor @returns {Plain} */
const plainOf = (tensor) => ({ dtype: names[tensor.type] ?? tensor.type, shape: tensor.dims, data: tensor.data });

/** @param {number} handle */
const held = (handle) => {
  const tensor = tensors.get(handle);
  if (tensor === undefined) throw new Error(`no array ${handle}: it was freed`);
  return tensor;
};

/** @param {ort.Tensor} tensor */
const hold = (tensor) => {
  tensors.set(next, tensor);
  return next++;
};

/** What each request does; its result and the buffers to hand over with it. */
const requests = {
  /** @param {{ bytes: Uint8Array, options: ort.InferenceSession.SessionOptions }} request */
  async load({ bytes, options }) {
    sessions.set(next, await ort.InferenceSession.create(bytes, options));
    return { result: next++ };
  },
  /** @param {{ session: number, inputs: Record<string, Input>, keep: ReadonlySet<string> }} request */
  async run({ session, inputs, keep }) {
    const target = sessions.get(session);
    if (target === undefined) throw new Error(`no session ${session}: it was released`);
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, "handle" in input ? held(input.handle) : tensorOf(input)]),
    );
    const outputs = Object.entries(await target.run(feeds));
    const returned = outputs
      .filter(([name]) => !keep.has(name))
      .map(([name, tensor]) => /** @type {const} */ ([name, plainOf(tensor)]));
    const kept = outputs.filter(([name]) => keep.has(name)).map(([name, tensor]) => [name, hold(tensor)]);
    return {
      result: { kept: Object.fromEntries(kept), returned: Object.fromEntries(returned) },
      transfer: [...new Set(returned.map(([, { data }]) => data.buffer))],
    };
  },
  /** @param {{ session: number }} request */
  async unload({ session }) {
    await sessions.get(session)?.release();
    sessions.delete(session);
    return { result: undefined };
  },
  /** @param {{ array: Plain }} request */
  put: ({ array }) => ({ result: hold(tensorOf(array)) }),
  /** @param {{ handle: number }} request */
  get: ({ handle }) => ({ result: plainOf(held(handle)) }),
  /** @param {{ handles: number[] }} request */
  free({ handles }) {
    handles.forEach((handle) => tensors.delete(handle));
    return { result: undefined };
  },
};

parentPort?.on("message", async ({ id, kind, ...request }) => {
  try {
    const { result, transfer = [] } = await /** @type {any} */ (requests)[kind](request);
    parentPort?.postMessage({ id, result }, transfer);
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
