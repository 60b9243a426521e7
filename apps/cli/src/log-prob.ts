/** @file log p(x) of rows through the logprob.onnx of an exported model. */
import { GenError, ndarray, type Dataset, type NdArray } from "@gen/core";
import type { ModelFolder } from "@gen/core/node";
import type { Context } from "./context.js";

const FILE = "logprob.onnx";
/** Rows that are measured at once. */
const CHUNK = 100;
const KNOWN = ["x", "label", "context", "seed", "k", "steps"];
/** Steps along the path from data to noise, of a diffusion model. */
const STEPS = 50;

export interface LogProbOptions {
  /** Rows, from the first on. */
  readonly count: number;
  /** Draws of z for each row, of a model that has latents. */
  readonly k: number;
  readonly seed: number;
  readonly context: Context;
}

/**
 * @returns log p(x) of each of the first rows, in nats
 * @throws GenError `option` for a model without logprob.onnx, `shape` for rows of another shape than the model's
 */
export async function logProbs(
  model: ModelFolder,
  rows: Dataset,
  { count, k, seed, context: { output, signal, clock } }: LogProbOptions,
): Promise<Float64Array> {
  const names = inputsOf(model, rows);
  const session = await model.open(FILE);
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
      const { logprob } = await session.run(Object.fromEntries(names.map((name) => [name, inputs[name]!])));
      logprob!.data.forEach((value: number | bigint, i: number) => (found[at + i] = Number(value)));
      const secondsLeft = ((clock() - start) / 1000) * ((count - at - size) / (at + size));
      output.progress({ step: at + size, steps: count, secondsLeft });
    }
  } finally {
    await session.close();
  }
  return found;
}

/** The inputs of the file, of which all must be known and fit the data. */
function inputsOf({ card, path }: ModelFolder, { fields }: Dataset): string[] {
  const file = card.files[FILE];
  if (file === undefined) {
    throw new GenError("option", `gen: expected a model with ${FILE}, got ${Object.keys(card.files).join(", ")}`, {
      fix: "only families that know log p(x) can be measured so",
    });
  }
  const names = file.inputs.map(({ name }) => name);
  const stray = names.find((name) => !KNOWN.includes(name));
  if (stray !== undefined || !names.includes("x")) {
    throw new GenError("format", `${path}/${FILE}: expected inputs ${KNOWN.join(", ")}, got ${names.join(", ")}`);
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
