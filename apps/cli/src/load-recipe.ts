/** @file A recipe by its name, or out of a module of the user's own. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { GenError, isGenError, messageOf } from "@gen/core";
import type { Recipe } from "./recipe.js";
import type { Registry } from "./registry.js";
import { isRecord } from "./schema/config.js";

export interface LoadedRecipe {
  readonly recipe: Recipe;
  /** Where the module is, if it is one: absolute path and sha256 of its text. */
  readonly module?: { readonly path: string; readonly sha256: string };
}

/** Does this name a file rather than a recipe? */
export function isModulePath(name: string): boolean {
  return /^\.{0,2}[/\\]/.test(name) || isAbsolute(name) || /\.[cm]?[jt]s$/.test(name);
}

/**
 * The recipe that a name stands for.
 *
 * @param cwd where relative paths start
 * @throws GenError `option` for an unknown name, `file` for a module that is not there, `format` for one without a recipe
 */
export async function loadRecipe(name: string, recipes: Registry<Recipe>, cwd: string): Promise<LoadedRecipe> {
  if (!isModulePath(name)) return { recipe: recipes.get(name, "gen train") };
  const path = resolve(cwd, name);
  if (!existsSync(path)) {
    throw new GenError("file", `${name}: expected a module with a recipe, got nothing there`, {
      fix: "check the path",
    });
  }
  const loaded = await importModule(path, name);
  const found = [loaded["default"], ...Object.values(loaded)].filter(isRecipe);
  const [recipe, ...others] = new Set(found);
  if (recipe === undefined || (others.length > 0 && !isRecipe(loaded["default"]))) {
    throw new GenError("format", `${name}: expected one export made by defineRecipe, got ${found.length}`, {
      fix: "export const recipe = defineRecipe({ family, name, summary, options, prepare })",
    });
  }
  return { recipe, module: { path, sha256: createHash("sha256").update(readFileSync(path)).digest("hex") } };
}

async function importModule(path: string, name: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(path).href;
  try {
    const typed =
      /\.[cm]?ts$/.test(path) && !("typescript" in process.features && process.features.typescript !== false);
    return (await (typed ? importThroughTsx(path, name) : import(url))) as Record<string, unknown>;
  } catch (cause) {
    if (isGenError(cause)) throw cause;
    throw new GenError("format", `${name}: expected a module that loads, got ${messageOf(cause)}`, { cause });
  }
}

/** Node strips types by itself from 22.18 on; before that, tsx does, if the user's project has it. */
async function importThroughTsx(path: string, name: string): Promise<unknown> {
  let api: string;
  try {
    // What `require` finds is its CommonJS twin, which does not find its own parts when tsx already runs.
    api = createRequire(path)
      .resolve("tsx/esm/api")
      .replace(/\.cjs$/, ".mjs");
  } catch (cause) {
    throw new GenError(
      "file",
      `${name}: expected tsx, which runs TypeScript on Node ${process.versions.node}, got none`,
      {
        fix: "npm install tsx, or compile the recipe to JavaScript, or use Node 22.18 or newer",
        cause,
      },
    );
  }
  const tsx = (await import(pathToFileURL(api).href)) as { register(): () => Promise<void> };
  // Not tsImport: it would load another copy of @gen/core for the recipe.
  const unregister = tsx.register();
  try {
    return (await import(pathToFileURL(path).href)) as unknown;
  } finally {
    await unregister();
  }
}

function isRecipe(value: unknown): value is Recipe {
  return (
    isRecord(value) &&
    typeof value["family"] === "string" &&
    typeof value["name"] === "string" &&
    typeof value["prepare"] === "function" &&
    isRecord(value["options"]) &&
    isRecord(value["options"]["fields"])
  );
}
