// @ts-check
/**
 * @file Arrays that last in buffers of the GPU, in Node. Its tensors there have no way in or out of their own (to ask
 * one for its numbers ends the process), so copies go through small models of ours, on the device itself: one that
 * gives its result in a new buffer, and one that writes to a buffer that is there, or to the memory of JavaScript.
 */
import { hostMemory, plainOf, typeName } from "../serve.mjs";

/**
 * @param {import("../serve.mjs").Ort} ort
 * @param {{ copies: Record<string, Uint8Array>, session: object }} settings Models that hand on an array, by type and
 * number of axes ("f32 2"), and the options of their sessions.
 * @returns {import("../serve.mjs").Memory}
 */
export function gpuMemory(ort, { copies, session }) {
  const host = hostMemory(ort);
  /** @type {Map<string, Promise<any>>} */
  const sessions = new Map();
  /** Tensors that nobody uses, by type and shape. @type {Map<string, any[]>} */
  const idle = new Map();
  let idleBytes = 0;
  let usedBytes = 0;

  /** @param {string} kind @param {"new" | "given"} where */
  const copier = (kind, where) => {
    const key = `${kind} ${where}`;
    const location = where === "new" ? { preferredOutputLocation: "gpu-buffer" } : {};
    const known =
      sessions.get(key) ?? ort.InferenceSession.create(/** @type {any} */ (copies[kind]), { ...session, ...location });
    sessions.set(key, known);
    return known;
  };

  /** @param {string} dtype @param {readonly number[]} shape */
  const kindOf = (dtype, shape) => `${dtype} ${shape.length}`;
  /** All types that last here have 4 bytes. @param {readonly number[]} shape */
  const bytesOf = (shape) => 4 * shape.reduce((n, extent) => n * extent, 1);

  /** A tensor of which nobody needs the numbers. @param {string} dtype @param {readonly number[]} shape */
  const reuse = (dtype, shape) => {
    const tensor = idle.get(`${typeName(dtype)} ${shape.join()}`)?.pop();
    if (tensor !== undefined) idleBytes -= bytesOf(shape);
    return tensor;
  };

  /** Idle buffers take at most what used ones take: a step needs its state twice, a store that is gone needs none. */
  const trim = () => {
    for (const [key, list] of idle) {
      while (idleBytes > usedBytes && list.length > 0) {
        const tensor = list.pop();
        idleBytes -= bytesOf(tensor.dims);
        tensor.dispose();
      }
      if (list.length === 0) idle.delete(key);
    }
  };

  /** @param {import("../serve.mjs").Plain} plain @returns {Promise<import("../serve.mjs").Tensor>} */
  const put = async (plain) => {
    const { dtype, shape } = plain;
    const known = reuse(dtype, shape);
    usedBytes += bytesOf(shape);
    const x = host.put(plain);
    if (known === undefined) return (await (await copier(kindOf(dtype, shape), "new")).run({ x })).y;
    await (await copier(kindOf(dtype, shape), "given")).run({ x }, { y: known });
    return known;
  };

  return {
    put,
    async get(tensor) {
      const { dtype, shape } = plainOf({ type: tensor.type, dims: tensor.dims, data: undefined });
      const { y } = await (await copier(kindOf(dtype, shape), "given")).run({ x: tensor });
      return plainOf(y);
    },
    async room(kept, all) {
      /** @type {Record<string, any>} */
      const room = {};
      for (const name of all) {
        const type = kept[name];
        if (type === undefined) room[name] = null;
        else {
          const known = reuse(type.dtype, type.shape);
          if (known !== undefined) usedBytes += bytesOf(type.shape);
          room[name] = known ?? (await put(blank(type)));
        }
      }
      return room;
    },
    free(tensor) {
      const key = `${tensor.type} ${tensor.dims.join()}`;
      const list = idle.get(key);
      if (list === undefined) idle.set(key, [tensor]);
      else list.push(tensor);
      idleBytes += bytesOf(tensor.dims);
      usedBytes -= bytesOf(tensor.dims);
      trim();
    },
  };
}

const ARRAYS = /** @type {Record<string, any>} */ ({ f32: Float32Array, i32: Int32Array, u32: Uint32Array });

/** @param {{ dtype: string, shape: readonly number[] }} type @returns {import("../serve.mjs").Plain} */
const blank = ({ dtype, shape }) => ({
  dtype,
  shape,
  data: new ARRAYS[dtype](shape.reduce((n, extent) => n * extent, 1)),
});
