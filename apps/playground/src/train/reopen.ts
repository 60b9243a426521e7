/** @file A model back into the tab: what an export of this page holds, or a sentence that says what else a file is. */
import { GenError, key, messageOf, paths, reference, type Dataset, type Model, type NdArray } from "@gen/core";
import { decodeModel } from "@gen/core/onnx";
import { loadWeights, openFiles, type ModelFiles } from "@gen/core/tune";
import { unzipSync } from "fflate";
import type { Family, Settings } from "./course.js";
import type { OwnRecipe, PlaneRecipe } from "./about.js";
import type { Standing } from "./training.js";

/** A model of a file, and where its training stood. */
export interface Reopened {
  readonly family: Family;
  readonly standing: Standing;
  /** What it was trained on; not known of a single ONNX file. */
  readonly recipe?: PlaneRecipe | OwnRecipe;
}

export interface ReopenOptions {
  /** Whose exports are taken. */
  readonly of: "plane" | "own";
  readonly families: readonly Family[];
  /** Rows of the kind that is learned: a model of them is made to see what it holds. */
  readonly points: Dataset;
  readonly settings: Settings;
}

/** A file of a zip that says it is larger is left packed. */
const LARGEST = 64 * 2 ** 20;
const EXPECTED = { plane: "a model of the plane", own: "a model of data like these" } as const;
const FIX = "take the .zip that Export of this page wrote, whole";

/** @throws GenError `format`, `shape`, `hash` or `version`, saying what the file is and what it should be */
export async function reopened(name: string, bytes: Uint8Array, options: ReopenOptions): Promise<Reopened> {
  if (bytes.length === 0) throw new GenError("format", `${name}: expected a model, got an empty file`, { fix: FIX });
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  return isZip ? ofFolder(await unpacked(name, bytes), name, options) : ofFile(name, bytes, options);
}

async function unpacked(name: string, bytes: Uint8Array): Promise<ModelFiles> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, { filter: (file) => file.originalSize <= LARGEST && /\.(json|onnx)$/.test(file.name) });
  } catch (cause) {
    throw new GenError("format", `${name}: expected a zip, got one that is damaged`, { fix: FIX, cause });
  }
  const card = Object.keys(files).find((file) => /(^|\/)card\.json$/.test(file));
  if (card === undefined)
    throw new GenError("format", `${name}: expected a card.json in it, got ${Object.keys(files).length} other files`, {
      fix: FIX,
    });
  const folder = card.slice(0, -"card.json".length);
  const read = (file: string): Promise<Uint8Array> => {
    const found = files[`${folder}${file}`];
    return found === undefined
      ? Promise.reject(new GenError("file", `${name}: expected ${file} in it, got none`, { fix: FIX }))
      : Promise.resolve(found);
  };
  return openFiles(read, name);
}

async function ofFolder(files: ModelFiles, name: string, options: ReopenOptions): Promise<Reopened> {
  const recipe = files.card.recipe as Partial<PlaneRecipe | OwnRecipe> | null;
  const family = options.families.find(({ id }) => id === files.card.family);
  if (family === undefined || recipe?.of !== options.of) {
    throw new GenError("format", `${name}: expected ${EXPECTED[options.of]}, got "${files.card.name}"`, {
      fix: "this page goes on with what it exported; another model is trained on by what made it, with `gen resume`",
    });
  }
  const steps = Number.isInteger(recipe.steps) ? recipe.steps! : 0;
  const settings = { ...options.settings, options: recipe.settings?.options ?? {} };
  const states = await numbers(modelOf(family, { ...options, settings }), files);
  return { family, standing: { steps, states }, recipe: recipe as PlaneRecipe | OwnRecipe };
}

/** A single ONNX file: of the family whose numbers it holds, if any. */
async function ofFile(name: string, bytes: Uint8Array, options: ReopenOptions): Promise<Reopened> {
  const { graph } = decodedModel(name, bytes);
  const arrays = Object.fromEntries(graph.initializers.map(({ name, array }) => [name, array]));
  for (const family of options.families) {
    const model = modelOf(family, options);
    if ([...paths(model).keys()].every((path) => path in arrays))
      return { family, standing: { steps: 0, states: await numbers(model, arrays) } };
  }
  const ops = [...new Set(graph.nodes.map(({ op }) => op))];
  const shown = `${ops.slice(0, 6).join(", ")}${ops.length > 6 ? ", …" : ""}`;
  throw new GenError(
    "format",
    `${name}: expected the weights of a family of this page, got a model of ${graph.nodes.length} operators (${shown})`,
    { fix: `${FIX}; any ONNX Runtime runs other models, this page trains its own` },
  );
}

function decodedModel(name: string, bytes: Uint8Array): ReturnType<typeof decodeModel> {
  try {
    return decodeModel(bytes, { file: name });
  } catch (cause) {
    throw new GenError("format", `${name}: expected an ONNX model, got a file that is none (${messageOf(cause)})`, {
      fix: FIX,
      cause,
    });
  }
}

async function numbers(
  model: Model,
  source: ModelFiles | Readonly<Record<string, NdArray>>,
): Promise<Record<string, NdArray>> {
  using store = reference().emptyStore();
  await loadWeights({ store, model, source });
  return await store.readAll();
}

function modelOf(family: Family, { points, settings }: ReopenOptions): Model {
  return family.course(points, settings, key(0)).model;
}
