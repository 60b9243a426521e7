/**
 * @file `@gen/core/sample`: an exported model used in a page or a process that needs nothing else of ours. ONNX Runtime is
 * passed in, so that the caller chooses the build: `onnxruntime-web`, `onnxruntime-web/webgpu` or `onnxruntime-node`.
 */
import { isWide, type DType } from "./dtype.js";
import { GenError, messageOf } from "./error.js";
import type { Card, CardPort } from "./model/card.js";
import { openFiles, type ReadFile } from "./model/open.js";
import { ndarray, type NdArray } from "./ndarray.js";

export type { Card, CardFile, CardPort } from "./model/card.js";
export type { ReadFile } from "./model/open.js";
export type { NdArray } from "./ndarray.js";
export { GenError, isGenError } from "./error.js";

interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

interface OrtSession {
  run(feeds: Record<string, never>): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** What is used of ONNX Runtime: its module fits. */
export interface Ort {
  readonly InferenceSession: { create(bytes: Uint8Array, options?: never): Promise<unknown> };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => unknown;
}

/** An input: an array, or a number for an input without axes. */
export type Input = NdArray | number;

/** An exported model, ready to run. */
export interface SampleModel {
  readonly card: Card;
  /**
   * Runs one of its files.
   *
   * @throws GenError `shape` or `dtype` if an input is not what the card says
   */
  run(file: string, inputs: Readonly<Record<string, Input>>): Promise<Record<string, NdArray>>;
  /** Runs `sampler.onnx`: the same seed gives the same samples on every runtime. */
  sample(inputs: Readonly<Record<string, Input>> & { readonly seed: number; readonly n: number }): Promise<NdArray>;
  /** Releases its sessions. */
  close(): Promise<void>;
}

const types = {
  f32: "float32",
  f64: "float64",
  f16: "float16",
  i32: "int32",
  i64: "int64",
  u32: "uint32",
  u64: "uint64",
  u8: "uint8",
  bool: "bool",
} as const satisfies Record<DType, string>;
const names = new Map(Object.entries(types).map(([ours, theirs]) => [theirs as string, ours as DType]));

/**
 * Opens an exported model.
 *
 * @param from the URL of its folder, or a function that reads a file of it
 * @throws GenError `file`, `format`, `version` or `hash`, naming the file and the field
 */
export async function openModel(from: string | ReadFile, ort: Ort): Promise<SampleModel> {
  const place = typeof from === "string" ? from.replace(/\/$/, "") : "model";
  const files = await openFiles(typeof from === "string" ? fetchFrom(place) : from, place);
  const sessions = new Map<string, Promise<OrtSession>>();
  const open = (file: string): Promise<OrtSession> => {
    const known = sessions.get(file);
    if (known !== undefined) return known;
    const made = files.bytes(file).then((bytes) => createSession(ort, bytes));
    sessions.set(file, made);
    made.catch(() => sessions.delete(file));
    return made;
  };
  const run: SampleModel["run"] = async (file, inputs) => {
    const session = await open(file);
    const ports = files.card.files[file]!.inputs;
    const feeds = Object.fromEntries(
      ports.map((port) => [port.name, tensorOf(ort, port, arrayOf(port, inputs[port.name], file))]),
    );
    const outputs = await session.run(feeds as Record<string, never>);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { type, dims, data }]) => [
        name,
        { dtype: names.get(type)!, shape: [...dims], data } as NdArray,
      ]),
    );
  };
  return {
    card: files.card,
    run,
    sample: async (inputs) => (await run("sampler.onnx", inputs))["samples"]!,
    close: async () => {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

/** The session that each ONNX Runtime made last: onnxruntime-web refuses to make one while it makes another. */
const newest = new WeakMap<Ort, Promise<unknown>>();

function createSession(ort: Ort, bytes: Uint8Array): Promise<OrtSession> {
  const create = (): Promise<unknown> => ort.InferenceSession.create(bytes);
  const made = (newest.get(ort) ?? Promise.resolve()).then(create, create);
  newest.set(ort, made);
  return made as Promise<OrtSession>;
}

function fetchFrom(place: string): ReadFile {
  return async (name) => {
    const url = `${place}/${name}`;
    const response = await fetch(url).catch((cause: unknown) => {
      throw new GenError("file", `cannot fetch ${url}: ${messageOf(cause)}`, {
        fix: "check the address and the connection",
        cause,
      });
    });
    if (!response.ok)
      throw new GenError("file", `cannot fetch ${url}: the server answered ${response.status}`, {
        fix: "check the address",
      });
    return new Uint8Array(await response.arrayBuffer());
  };
}

/** An input as the card wants it. */
function arrayOf({ name, dtype, shape }: CardPort, input: Input | undefined, file: string): NdArray {
  if (input === undefined)
    throw new GenError("shape", `${file}: expected an input "${name}" ${dtype}[${shape.join(", ")}], got none`);
  const array = typeof input === "number" ? ndarray([isWide(dtype) ? BigInt(input) : input], [], dtype) : input;
  const fits =
    array.shape.length === shape.length &&
    shape.every((extent, i) => typeof extent === "string" || extent === array.shape[i]);
  if (!fits)
    throw new GenError(
      "shape",
      `${file}: expected "${name}" as [${shape.join(", ")}], got [${array.shape.join(", ")}]`,
    );
  if (array.dtype !== dtype) throw new GenError("dtype", `${file}: expected "${name}" as ${dtype}, got ${array.dtype}`);
  return array;
}

function tensorOf(ort: Ort, { dtype }: CardPort, { data, shape }: NdArray): unknown {
  return new ort.Tensor(types[dtype] as never, data as never, shape);
}
