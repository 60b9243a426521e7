/**
 * @file Checkpoints: `<step>.safetensors` holds all states, `<step>.json` says what they are, with a hash of the other
 * file. The JSON is written last, so a checkpoint without a valid pair never was; the newest valid one wins.
 */
import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { GenError, isGenError, messageOf } from "../error.js";
import { decodeSafetensors, encodeSafetensors } from "../model/safetensors.js";
import type { NdArray } from "../ndarray.js";
import type { Store } from "../runtime/store.js";
import { fileError, readBytes, writeAtomic } from "./files.js";

const FORMAT = 1;

export interface CheckpointInfo {
  /** Steps taken. The data cursor and the keys of further steps follow from it. */
  readonly step: number;
  /** Whatever the caller needs to go on: configuration, seed. JSON. */
  readonly config?: unknown;
}

export interface Checkpoint extends CheckpointInfo {
  /** The path of the checkpoint without its endings. */
  readonly path: string;
}

interface Description extends CheckpointInfo {
  readonly format: number;
  readonly sha256: string;
}

/**
 * Writes the whole store as checkpoint of a step, then removes all but the newest `keep`.
 *
 * @throws GenError `file` if it cannot be written; older checkpoints are untouched
 */
export async function saveCheckpoint(
  store: Store,
  folder: string,
  { step, config, keep = 2 }: CheckpointInfo & { readonly keep?: number },
): Promise<string> {
  const path = join(folder, String(step).padStart(9, "0"));
  const bytes = encodeSafetensors(await store.readAll());
  const description: Description = { format: FORMAT, step, config, sha256: sha256(bytes) };
  await writeAtomic(`${path}.safetensors`, bytes);
  await writeAtomic(`${path}.json`, `${JSON.stringify(description, null, 2)}\n`);
  for (const old of (await stepsIn(folder)).slice(keep)) await removePair(join(folder, old));
  await removeTorn(folder);
  return path;
}

/**
 * Fills a store from the newest valid checkpoint of a folder; damaged ones are passed over.
 *
 * @throws GenError `file` if the folder holds none, `version` if the newest was written by a newer version
 */
export async function loadCheckpoint(
  store: Store,
  folder: string,
): Promise<Checkpoint & { readonly skipped: readonly string[] }> {
  const skipped: string[] = [];
  for (const name of await stepsIn(folder)) {
    const path = join(folder, name);
    const read = await readCheckpoint(path).catch((error: unknown) => {
      if (!isGenError(error) || error.code === "version") throw error;
      skipped.push(messageOf(error));
    });
    if (read === undefined) continue;
    for (const [state, array] of Object.entries(read.tensors)) await store.write(state, array);
    return { path, step: read.description.step, config: read.description.config, skipped };
  }
  const why = skipped.length === 0 ? "none" : `only damaged ones: ${skipped.join("; ")}`;
  throw new GenError("file", `resume: expected a checkpoint in ${folder}, got ${why}`, { fix: "start a new training" });
}

/** What the newest valid checkpoint says, without its arrays; undefined if there is none. */
export async function newestCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  for (const name of await stepsIn(folder)) {
    try {
      const { description } = await readPair(join(folder, name));
      return { path: join(folder, name), step: description.step, config: description.config };
    } catch (error) {
      if (!isGenError(error) || error.code === "version") throw error;
    }
  }
  return undefined;
}

/** A pair with its arrays, all of them checked before any is used. */
async function readCheckpoint(path: string): Promise<{ description: Description; tensors: Record<string, NdArray> }> {
  const { description, bytes } = await readPair(path);
  return { description, tensors: decodeSafetensors(bytes, { file: `${path}.safetensors` }).tensors };
}

async function readPair(path: string): Promise<{ description: Description; bytes: Uint8Array }> {
  const description = parseDescription(new TextDecoder().decode(await readBytes(`${path}.json`)), `${path}.json`);
  const bytes = await readBytes(`${path}.safetensors`);
  if (sha256(bytes) !== description.sha256) {
    throw new GenError(
      "hash",
      `${path}.safetensors: expected sha256 ${description.sha256.slice(0, 12)}…, got ${sha256(bytes).slice(0, 12)}…`,
    );
  }
  return { description, bytes };
}

function parseDescription(text: string, file: string): Description {
  let value: Partial<Description> | null;
  try {
    value = JSON.parse(text) as Partial<Description> | null;
  } catch (cause) {
    throw new GenError(
      "format",
      `${file}: expected JSON, got ${text.length === 0 ? "an empty file" : "something else"}`,
      { cause },
    );
  }
  if (typeof value?.format !== "number" || !Number.isSafeInteger(value.step) || typeof value.sha256 !== "string") {
    throw new GenError(
      "format",
      `${file}: expected the fields format, step and sha256, got ${Object.keys(value ?? {}).join(", ") || "none"}`,
    );
  }
  if (value.format > FORMAT) {
    throw new GenError("version", `${file}: expected format ${FORMAT} or older, got ${value.format}`, {
      fix: "update @gen/core",
    });
  }
  return value as Description;
}

/** Names of the checkpoints that may be there, newest first. */
async function stepsIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).sort((a, b) => Number(b) - Number(a));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileError("cannot read", folder, cause);
  }
}

/** Removes what a process that was killed left half written, or half removed: states that no JSON describes. */
async function removeTorn(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    const writer = /^\.\d+\.(?:json|safetensors)\.(\d+)\.tmp$/.exec(name)?.[1];
    const step = /^(\d+)\.safetensors$/.exec(name)?.[1];
    const isHalf = writer !== undefined && Number(writer) !== process.pid;
    const isAlone = step !== undefined && !names.includes(`${step}.json`);
    if (isHalf || isAlone) await rm(join(folder, name), { force: true });
  }
}

async function removePair(path: string): Promise<void> {
  await rm(`${path}.json`, { force: true });
  await rm(`${path}.safetensors`, { force: true });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
