/** @file Weights from a file into a store: the way back from an exported model to one that can be trained on. */
import { GenError } from "../error.js";
import type { TensorType } from "../ir/node.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { nearestName } from "../nearest.js";
import { fromBytes } from "../onnx/bytes.js";
import { decodeModel } from "../onnx/proto-decode.js";
import { lasting, paths, type Model } from "../program/model.js";
import type { Store } from "../runtime/store.js";
import { sameShape, showShape } from "../shape.js";
import type { ModelFiles } from "./open.js";

export interface LoadWeightsOptions {
  readonly store: Store;
  /** The same architecture again, from the card's recipe; or a part of it. */
  readonly model: Model;
  /** An exported model that was opened, or arrays by name, as from a file of safetensors. */
  readonly source: ModelFiles | Readonly<Record<string, NdArray>>;
  /** Take `<from>.<name>` where it is there: "ema" for the averages of a checkpoint. */
  readonly from?: string;
  /** Which tensors to load; the others stay as they are, as the new last layer of an old network. @default all */
  readonly only?: (name: string) => boolean;
}

/** Arrays by name, and where each came from, for errors. */
type Found = ReadonlyMap<string, { readonly array: NdArray; readonly file: string }>;

/**
 * Sets a model's parameters and states to those of a file, by name. What else a file has and the model knows nothing of
 * (constants, moments of an optimizer) is left alone.
 *
 * @returns the names that were set
 * @throws GenError `shape` or `dtype` if the file is of another architecture, naming the first tensor that differs; the
 *   store is as it was. `option` if `only` takes nothing. `format` or `hash` for a damaged file.
 */
export async function loadWeights({
  store,
  model,
  source,
  from,
  only = () => true,
}: LoadWeightsOptions): Promise<readonly string[]> {
  const known = paths(model);
  const wanted = new Map([...known].filter(([name]) => only(name)));
  if (wanted.size === 0) {
    throw new GenError(
      "option",
      `loadWeights: expected to load some of ${known.size} tensors, got none that \`only\` takes`,
      {
        fix: `their names are like ${[...known.keys()].slice(0, 3).join(", ")}`,
      },
    );
  }
  const found = isOpened(source)
    ? await weightsOf(source, wanted)
    : new Map(Object.entries(source).map(([name, array]) => [name, { array, file: "the file" }]));
  const next = new Map<string, NdArray>();
  for (const [name, tensor] of wanted) {
    const averaged = from === undefined ? undefined : found.get(`${from}.${name}`);
    const got = averaged ?? found.get(name);
    next.set(name, fitted(name, lasting(tensor)!, { got, names: found }));
  }
  const tops = new Set([...wanted.keys()].map(topOf));
  for (const [name, { array, file }] of found) {
    if (known.has(name) || !tops.has(topOf(name)) || !name.includes(".")) continue;
    throw new GenError(
      "shape",
      `loadWeights: expected the architecture of the model, got "${name}" ${typeText(array)} in ${file}, which it does not have`,
      {
        fix: FIX,
      },
    );
  }
  for (const [name, array] of next) await store.write(name, array);
  return [...next.keys()];
}

const FIX = "build the model with the options in the card's recipe, or load a part: only: (name) => …";

/** The real arrays of an exported model: its files one by one, until every name is there. */
async function weightsOf(files: ModelFiles, wanted: ReadonlyMap<string, unknown>): Promise<Found> {
  const found = new Map<string, { array: NdArray; file: string }>();
  const names = Object.keys(files.card.files).filter((file) => file.endsWith(".onnx"));
  const order = names.toSorted((a, b) => Number(b === "network.onnx") - Number(a === "network.onnx"));
  for (const file of order) {
    const { graph } = decodeModel(await files.bytes(file), { file });
    const arrays = fromBytes(new Map(graph.initializers.map(({ name, array }) => [name, array])), wanted.keys());
    for (const [name, array] of arrays) if (!found.has(name)) found.set(name, { array, file });
    if ([...wanted.keys()].every((name) => found.has(name))) break;
  }
  return found;
}

/** An array as the model wants it. */
function fitted(
  name: string,
  type: TensorType,
  { got, names }: { got: { array: NdArray; file: string } | undefined; names: Found },
): NdArray {
  if (got === undefined) {
    const near = nearestName(name, names.keys());
    throw new GenError(
      "shape",
      `loadWeights: expected "${name}" ${typeText(type)}, got no tensor of that name${near === undefined ? "" : ` (nearest: "${near}")`}`,
      {
        fix: FIX,
      },
    );
  }
  const { array, file } = got;
  if (!sameShape(array.shape, type.shape)) {
    throw new GenError(
      "shape",
      `loadWeights: expected "${name}" ${typeText(type)}, got ${typeText(array)} in ${file}`,
      {
        fix: FIX,
      },
    );
  }
  if (array.dtype === type.dtype) return array;
  const isNarrow = (dtype: string): boolean => dtype === "f32" || dtype === "f64";
  if (isNarrow(array.dtype) && isNarrow(type.dtype))
    return ndarray(array.data as Float32Array<ArrayBuffer>, type.shape, type.dtype);
  throw new GenError("dtype", `loadWeights: expected "${name}" ${typeText(type)}, got ${typeText(array)} in ${file}`);
}

function isOpened(source: LoadWeightsOptions["source"]): source is ModelFiles {
  return "card" in source && typeof source["bytes"] === "function";
}

function topOf(name: string): string {
  return name.split(".", 1)[0]!;
}

function typeText({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string {
  return `${dtype}${showShape(shape)}`;
}
