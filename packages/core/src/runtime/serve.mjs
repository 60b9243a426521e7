// @ts-check
/**
 * @file What a worker does that holds an ONNX Runtime, in Node and in a page: it loads models, runs them, and keeps the
 * arrays that last, by number. The other side sends a request and gets one answer. Plain JavaScript, since a worker is
 * started from the URL of a file, in `src` as in `dist`.
 */

/** @typedef {{ dtype: string, shape: readonly number[], data: any }} Plain */
/** @typedef {{ handle: number } | Plain} Input */
/** @typedef {Record<string, { dtype: string, shape: readonly number[] }>} Types */
/** @typedef {{ type: string, dims: readonly number[], data: any }} Tensor A tensor of ONNX Runtime. */
/** @typedef {{ name: string, type: string, shape?: readonly (number | string)[] }} Port */
/** @typedef {{ inputMetadata: readonly Port[], outputMetadata: readonly Port[], outputNames: readonly string[], run(feeds: any, fetches?: any): Promise<Record<string, Tensor>>, release(): Promise<void> }} Session */
/**
 * What is used of the module of ONNX Runtime.
 * @typedef {{ InferenceSession: { create(bytes: Uint8Array, options: any): Promise<any> }, Tensor: new (...args: any[]) => any, env: any }} Ort
 */
/**
 * Where the arrays live that last between runs.
 *
 * @typedef {Record<string, Tensor | null>} Room
 * @typedef {object} Memory
 * @property {(plain: Plain) => Tensor | Promise<Tensor>} put
 * @property {(tensor: Tensor) => Plain | Promise<Plain>} get
 * @property {(kept: Types, all: readonly string[]) => Room | Promise<Room>} [room] Tensors for a run to write into; null
 * for an output that comes back.
 * @property {(tensor: Tensor) => void} [free]
 * @property {(tell: (error: Error) => void) => void} [whenLost] Tells when the device that they are on is gone.
 */

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

/** ONNX Runtime's name of an element type of ours. @param {string} dtype */
export const typeName = (dtype) => types[/** @type {keyof typeof types} */ (dtype)];

/** Arrays that last as tensors in the memory of JavaScript. @param {Ort} ort @returns {Memory} */
export const hostMemory = (ort) => ({
  put: ({ dtype, shape, data }) => new ort.Tensor(typeName(dtype), data, [...shape]),
  get: plainOf,
  free: letGo,
});

/** A way to nowhere. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/** Below this, memory is left to the collector of garbage. */
const LARGE = 2 ** 16;

/**
 * Frees numbers that nobody reads any more: what is handed to a closed port is gone at once. Garbage is
 * collected late, as the collector counts objects more than what they hold, and in an order that leaves gaps.
 *
 * @param {Tensor | Plain} array
 */
function letGo({ data: { buffer } }) {
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= LARGE) nowhere.postMessage(null, [buffer]);
}

/** @param {Tensor} tensor @returns {Plain} */
export function plainOf({ type, dims, data }) {
  return { dtype: names[type] ?? type, shape: dims, data };
}

/**
 * Answers requests, one after the other.
 *
 * @param {Ort} ort
 * @param {Memory} memory
 * @returns {(message: any) => Promise<[message: object, transfer: ArrayBuffer[]]>}
 */
export function serve(ort, memory = hostMemory(ort)) {
  const host = hostMemory(ort);
  /** @type {Map<number, { session: Session, outputs: Types }>} */
  const models = new Map();
  /** @type {Map<number, Tensor>} */
  const tensors = new Map();
  let next = 0;

  /** @param {number} model */
  const loaded = (model) => {
    const known = models.get(model);
    if (known === undefined) throw new Error(`no model ${model}: it was released`);
    return known;
  };
  /** @param {number} handle */
  const held = (handle) => {
    const tensor = tensors.get(handle);
    if (tensor === undefined) throw new Error(`no array ${handle}: it was freed`);
    return tensor;
  };
  /** @param {Tensor} tensor */
  const hold = (tensor) => {
    tensors.set(next, tensor);
    return next++;
  };

  /** What each request does; its result and the buffers to hand over with it. */
  const requests = {
    /** @param {{ bytes: Uint8Array, options: object, outputs?: Types }} request */
    async load({ bytes, options, outputs = {} }) {
      const session = await ort.InferenceSession.create(bytes, options);
      models.set(next, { session, outputs });
      return { result: next++ };
    },
    /** @param {{ model: number }} request */
    ports({ model }) {
      const { session } = loaded(model);
      const plain = (/** @type {readonly Port[]} */ ports) =>
        ports.map(({ name, type, shape = [] }) => ({ name, dtype: names[type], shape }));
      return { result: { inputs: plain(session.inputMetadata), outputs: plain(session.outputMetadata) } };
    },
    /** @param {{ model: number, inputs: Record<string, Input>, keep: ReadonlySet<string> }} request */
    async run({ model, inputs, keep }) {
      const known = loaded(model);
      const feeds = mapValues(inputs, (input) => ("handle" in input ? held(input.handle) : host.put(input)));
      const { session, outputs: types } = known;
      const room = await memory.room?.(pick(types, keep), session.outputNames);
      const outputs = Object.entries(
        await session.run(feeds, ...(room === undefined ? [] : [room])).catch((error) => {
          for (const tensor of Object.values(room ?? {})) if (tensor !== null) memory.free?.(tensor);
          throw error;
        }),
      );
      for (const input of Object.values(inputs)) if (!("handle" in input)) letGo(input);
      // The tensor that was written to, not the second one that some builds make for it.
      const kept = outputs
        .filter(([name]) => keep.has(name))
        .map(([name, tensor]) => [name, hold(room?.[name] ?? tensor)]);
      const returned = outputs
        .filter(([name]) => !keep.has(name))
        .map(([name, tensor]) => /** @type {const} */ ([name, plainOf(tensor)]));
      return {
        result: { kept: Object.fromEntries(kept), returned: Object.fromEntries(returned) },
        transfer: [...new Set(returned.map(([, { data }]) => data.buffer))],
      };
    },
    /** @param {{ model: number }} request */
    async unload({ model }) {
      await models.get(model)?.session.release();
      models.delete(model);
      return { result: undefined };
    },
    /** @param {{ array: Plain }} request */
    put: async ({ array }) => ({ result: hold(await memory.put(array)) }),
    /** @param {{ handle: number }} request */
    get: async ({ handle }) => ({ result: await memory.get(held(handle)) }),
    /** Comes when all that was asked for before is done: to end a thread within a run would end the process. */
    end: () => ({ result: undefined }),
    /** @param {{ handles: number[] }} request */
    free({ handles }) {
      for (const handle of handles) {
        const tensor = tensors.get(handle);
        tensors.delete(handle);
        if (tensor !== undefined) memory.free?.(tensor);
      }
      return { result: undefined };
    },
  };

  /** What there is no answer for any more, once the device is gone: it may keep silent about what it was doing. */
  let gone = /** @type {Error | undefined} */ (undefined);
  let abandon = (/** @type {Error} */ _error) => {};
  memory.whenLost?.((error) => {
    gone = error;
    abandon(error);
  });

  /** @param {any} message @returns {Promise<[message: object, transfer: ArrayBuffer[]]>} */
  const answer = async ({ id, kind, ...request }) => {
    try {
      if (gone !== undefined) throw gone;
      const { result, transfer = [] } = await new Promise((resolve, reject) => {
        abandon = reject;
        Promise.resolve(/** @type {any} */ (requests)[kind](request)).then(resolve, reject);
      });
      return [{ id, result }, transfer];
    } catch (error) {
      return [{ id, error: error instanceof Error ? error.message : String(error) }, []];
    }
  };
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (message) => {
    const answered = last.then(() => answer(message));
    last = answered;
    return answered;
  };
}

/**
 * @template T, U
 * @param {Record<string, T>} record
 * @param {(value: T, name: string) => U} f
 * @returns {Record<string, U>}
 */
function mapValues(record, f) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
}

/** @param {Types} types @param {ReadonlySet<string>} wanted @returns {Types} */
function pick(types, wanted) {
  return Object.fromEntries(Object.entries(types).filter(([name]) => wanted.has(name)));
}
