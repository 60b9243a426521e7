/** @file log p(x) of rows through the logprob.onnx of an exported model, or what is at most it, through bound.onnx. */
import { GenError, ndarray, type Dataset, type NdArray } from "@gen/core";
import type { ModelFolder } from "@gen/core/node";
import type { Context } from "./context.js";

/** Files that measure rows, by what they give: log p(x), or the bound on −log p(x) of a diffusion model. */
const FILES = { logprob: "logprob.onnx", bound: "bound.onnx" } as const;

export type Measured = keyof typeof FILES;

/** Whether a model can be measured so. */
export function measures({ card }: ModelFolder, what: Measured): boolean {
  return card.files[FILES[what]] !== undefined;
}

/** Rows that are measured at once. */
const CHUNK = 100;
const KNOWN = ["x", "label", "context", "seed", "k", "steps"];
/** Steps along the path from data to noise, or parts of the chain, of a diffusion model. */
const STEPS = 50;

export interface LogProbOptions {
  /** Rows, from the first on. */
  readonly count: number;
  /** Draws of z for each row, of a model that has latents. */
  readonly k: number;
  readonly seed: number;
  readonly context: Context;
  /** @default "logprob" */
  readonly by?: Measured;
}

/**
 * @returns log p(x), or by "bound" what it is at least in the mean over draws, of each of the first rows, in nats
 * @throws GenError `option` for a model without logprob.onnx, `shape` for rows of another shape than the model's
 */
export async function logProbs(
  model: ModelFolder,
  rows: Dataset,
  { count, k, seed, by = "logprob", context: { output, signal, clock } }: LogProbOptions,
): Promise<Float64Array> {
  const file = FILES[by];
  const names = inputsOf(model, { file, rows });
  const session = await model.open(file);
  const start = clock();
  const found = new Float64Array(count);
  try {
    for (let at = 0, chunk = 0; at < count; at += CHUNK, chunk++) {
      signal.throwIfAborted();
      const size = Math.min(CHUNK, count - at);
      const { x, ...rest } = await rows.rows(Array.from({ length: size }, (_, i) => at + i));
      const inputs: Record<string, NdArray> = {
        ...rest,
        x: intensities(x!),
        seed: ndarray([seed + chunk], [], "i64"),
        k: ndarray([k], [], "i64"),
        steps: ndarray([STEPS], [], "i64"),
      };
      const { [by]: nats } = await session.run(Object.fromEntries(names.map((name) => [name, inputs[name]!])));
      const sign = by === "bound" ? -1 : 1;
      nats!.data.forEach((value: number | bigint, i: number) => (found[at + i] = sign * Number(value)));
      const secondsLeft = ((clock() - start) / 1000) * ((count - at - size) / (at + size));
      output.progress({ step: at + size, steps: count, secondsLeft });
    }
  } finally {
    await session.close();
  }
  return found;
}

/** The inputs of the file, of which all must be known and fit the data. */
function inputsOf(
  { card, path }: ModelFolder,
  { file: name, rows: { fields } }: { readonly file: string; readonly rows: Dataset },
): string[] {
  const file = card.files[name];
  if (file === undefined) {
    throw new GenError("option", `gen: expected a model with ${name}, got ${Object.keys(card.files).join(", ")}`, {
      fix: "only families that know log p(x) can be measured so",
    });
  }
  const names = file.inputs.map(({ name }) => name);
  const stray = names.find((name) => !KNOWN.includes(name));
  if (stray !== undefined || !names.includes("x")) {
    throw new GenError("format", `${path}/${name}: expected inputs ${KNOWN.join(", ")}, got ${names.join(", ")}`);
  }
  for (const { name, shape } of file.inputs) {
    if (shape.length === 0) continue;
    const [wanted, got] = [shape.slice(1), fields[name]?.shape];
    if (got === undefined || wanted.join() !== got.join()) {
      throw new GenError(
        "shape",
        `gen: expected data with ${name} of shape [${wanted.join(", ")}], got ${got === undefined ? "none" : `[${got.join(", ")}]`}`,
        { fix: "give the data that the model was trained on by --data" },
      );
    }
  }
  return names;
}

/** Bytes as numbers in [0, 1]; other numbers as they are. */
function intensities({ shape, data, dtype }: NdArray): NdArray {
  if (dtype !== "u8") return ndarray(Float32Array.from(data as Float32Array), shape);
  return ndarray(
    Float32Array.from(data as Uint8Array, (value) => value / 255),
    shape,
  );
}
