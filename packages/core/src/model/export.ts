/** @file Export: programs of a trained model as ONNX files that any runtime runs, each held against the trainer. */
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import { isInBytes } from "../onnx/bytes.js";
import { encodeModel } from "../onnx/proto.js";
import { exportModel, type Precision, type SymbolSource } from "../onnx/symbolic.js";
import type { OnnxModel, OnnxValue } from "../onnx/proto.js";
import type { Program } from "../program/program.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Store } from "../runtime/store.js";
import { sha256 } from "./open.js";
import { CARD_FORMAT, type Card, type CardFile, type CardPort, type Parity } from "./card.js";

/** Sizes that may vary at run time, by name. */
export type Sizes = Readonly<Record<string, number>>;

/** One file of an exported model. */
export interface ExportFile {
  readonly purpose: string;
  /** The program at given sizes. It writes nothing; its randomness comes from a feed `seed`. */
  readonly trace: (sizes: Sizes) => Program;
  /** Where each size is found at run time. */
  readonly symbols: Readonly<Record<string, SymbolSource>>;
  /** What each input and output is, with its unit and range. That of `seed` may be left out. */
  readonly describe: Readonly<Record<string, string>>;
  /** Inputs to compare the file with the trainer on, at given sizes. */
  readonly example: (sizes: Sizes) => Readonly<Record<string, NdArray>>;
  /**
   * Keeps the weights in f32 whatever is asked for: in a file that chooses (codes, categories, bits that are drawn),
   * rounding them would change what is chosen.
   */
  readonly precision?: "f32";
  /**
   * Largest difference from the trainer, of 1 + |value|, in a file that multiplies what rounding did: one that follows a slope
   * step by step, say. Its purpose says so. @default {@link PARITY_TOLERANCE}
   */
  readonly tolerance?: number;
  /**
   * For a file that draws one of several values: which output is drawn, and a program of the file's inputs and this output
   * with an output `outside`, of any shape: how far the uniform number of each draw lies from the part of (0, 1) that the
   * trainer gives the drawn value, after those drawn before it. Near an edge rounding decides, so that this is held to the
   * tolerance, and not the values.
   *
   * @default the values themselves are compared
   */
  readonly draws?: { readonly output: string; readonly outside: (sizes: Sizes) => Program };
}

export interface ExportRequest {
  readonly family: string;
  readonly name: string;
  /** By name without ending: "network", "encode", "decode", "logprob", "sampler". */
  readonly files: Readonly<Record<string, ExportFile>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly data?: string;
  readonly licence?: string;
  readonly recipe?: unknown;
  /** `codec.describe().spec`, if the model has one. */
  readonly codec?: unknown;
  /**
   * How weights are stored; in f16 the files take half the room and differ more from the trainer. "f16-weights" computes in
   * f32, from weights that are widened when a file is opened. In "i8" large matrices take a quarter, and a CPU multiplies a
   * few rows by them the sooner by as much; files without such matrices stay in f32.
   *
   * @default "f32"
   */
  readonly precision?: Precision;
}

export interface TrainedModel {
  readonly runtime: Runtime;
  readonly store: Store;
  /** Use `<from>.<name>` where it is there. */
  readonly from?: string | undefined;
}

/** Runs ONNX bytes on a provider, away from the trainer. */
export interface Checker {
  readonly provider: string;
  open(bytes: Uint8Array): Promise<{
    run(inputs: Readonly<Record<string, NdArray>>): Promise<Readonly<Record<string, NdArray>>>;
    close(): Promise<void>;
  }>;
}

/** Largest difference from the trainer that a file may have, by the type of its weights: this much of 1 + |value|. */
export const PARITY_TOLERANCE: Readonly<Record<Precision, number>> = {
  f32: 1e-4,
  f16: 1e-2,
  "f16-weights": 1e-2,
  i8: 1e-1,
};

/** Sizes of the comparison: other than those of the trace, and 1, where broadcasting can hide mistakes. */
const CHECKED_SIZES = [3, 1];

/**
 * The files of an exported model and its card, by file name.
 *
 * @throws GenError `numeric` if a file differs from the trainer by more than {@link PARITY_TOLERANCE}, or than its own tolerance
 */
export async function exportFiles(
  {
    family,
    name,
    files,
    metrics = {},
    data = "",
    licence = "",
    recipe = null,
    codec,
    precision: wanted = "f32",
  }: ExportRequest,
  trained: TrainedModel,
  checkers: readonly Checker[],
): Promise<Map<string, Uint8Array>> {
  const written = new Map<string, Uint8Array>();
  const described: Record<string, CardFile> = {};
  const parity: Parity[] = [];
  for (const [stem, file] of Object.entries(files)) {
    const path = `${stem}.onnx`;
    const asked = file.precision ?? wanted;
    const model = await assemble(file, trained, asked);
    const precision = asked === "i8" && !isInBytes(model) ? "f32" : asked;
    const bytes = encodeModel(model);
    for (const checker of checkers) parity.push(await compare({ path, file, bytes, precision }, trained, checker));
    written.set(path, bytes);
    described[path] = {
      purpose: file.purpose,
      sha256: await sha256(bytes),
      bytes: bytes.length,
      precision,
      inputs: model.graph.inputs.map((port) => portOf(port, file)),
      outputs: model.graph.outputs.map((port) => portOf(port, file)),
    };
  }
  if (wanted === "i8" && Object.values(described).every(({ precision }) => precision === "f32")) {
    throw new GenError("option", "export: expected large matrices, which i8 is for, got files without any", {
      fix: "export it with precision f32 or f16; nothing was written",
    });
  }
  const card: Card = {
    format: CARD_FORMAT,
    family,
    name,
    files: described,
    metrics,
    data,
    licence,
    recipe,
    codec,
    parity,
  };
  written.set("card.json", new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`));
  return written;
}

/** The ONNX model of a file, with the trained numbers inside. */
async function assemble(file: ExportFile, { store, from }: TrainedModel, precision: Precision): Promise<OnnxModel> {
  const sizes = Object.fromEntries(Object.keys(file.symbols).map((symbol) => [symbol, 2]));
  const { reads } = file.trace(sizes);
  const names = [...reads.keys()];
  const weights = Object.fromEntries(
    await Promise.all(
      names.map(
        async (name) =>
          [
            name,
            await store.read(from !== undefined && store.has(`${from}.${name}`) ? `${from}.${name}` : name),
          ] as const,
      ),
    ),
  );
  // Statistics of the data, such as the mean of a price, may be beyond what 16 bits hold.
  const narrow = new Set(names.filter((name) => reads.get(name)!.kind === "param"));
  return exportModel({ trace: (at) => file.trace(at).graph, symbols: file.symbols, weights, precision, narrow });
}

/** Runs a file and the trainer's program on the same inputs. */
async function compare(
  { path, file, bytes, precision }: { path: string; file: ExportFile; bytes: Uint8Array; precision: Precision },
  { runtime, store, from }: TrainedModel,
  checker: Checker,
): Promise<Parity> {
  const tolerance = file.tolerance ?? PARITY_TOLERANCE[precision];
  let maxAbsolute = 0;
  let maxRelative = 0;
  const session = await checker.open(bytes);
  for (const size of CHECKED_SIZES) {
    const sizes = Object.fromEntries(Object.keys(file.symbols).map((symbol) => [symbol, size]));
    const inputs = file.example(sizes);
    const program = file.trace(sizes);
    const wanted = await runtime.run(program, { store, from, feeds: inputs });
    await runtime.release(program);
    const got = await session.run(inputs);
    for (const [name, expected] of Object.entries(wanted)) {
      let { data } = expected;
      let found = got[name]?.data;
      if (found?.length !== data.length)
        throw new GenError(
          "numeric",
          `export: expected ${data.length} numbers as "${name}" of ${path} on ${checker.provider}, got ${found?.length ?? "none"}`,
        );
      if (file.draws?.output === name) {
        const check = file.draws.outside(sizes);
        const feeds = { ...inputs, [name]: got[name]! };
        const { outside } = await runtime.run(check, { store, from, feeds });
        await runtime.release(check);
        [data, found] = [new Float32Array(outside!.data.length), outside!.data];
      }
      for (let i = 0; i < data.length; i++) {
        const [a, b] = [Number(data[i]), Number(found[i])];
        if (Object.is(a, b)) continue; // a gap is NaN in both
        const difference = Math.abs(a - b);
        if (!(difference <= tolerance * (1 + Math.abs(a)))) {
          throw new GenError(
            "numeric",
            `export: expected ${path} to agree with the trainer to ${tolerance}, got ${b} for ${a} in "${name}" on ${checker.provider}`,
            {
              fix:
                precision !== "f32"
                  ? `${precision} is too few bits for this model: export it with precision f32; nothing was written`
                  : "please report it with the card of the model; nothing was written",
            },
          );
        }
        maxAbsolute = Math.max(maxAbsolute, difference);
        maxRelative = Math.max(maxRelative, difference / (1 + Math.abs(a)));
      }
    }
  }
  await session.close();
  return { file: path, provider: checker.provider, tolerance, maxAbsolute, maxRelative };
}

/** Means the same in every file. */
const SEED = "where the randomness comes from: the same seed gives the same on every runtime; at least 0";

function portOf({ name, dtype, shape }: OnnxValue, { describe }: ExportFile): CardPort {
  const description = describe[name] ?? (name === "seed" ? SEED : undefined);
  if (description === undefined)
    throw new GenError("internal", `export: expected a description of "${name}", got none`);
  return { name, dtype, shape, description };
}
