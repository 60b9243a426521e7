/** @file The folder of an exported model: written whole, opened with its hashes checked. */
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { GenError } from "../error.js";
import { parseCard, type Card } from "../model/card.js";
import { exportFiles, type Checker, type ExportRequest, type TrainedModel } from "../model/export.js";
import { openFiles, type ModelFiles } from "../model/open.js";
import { openSession, type OnnxSession } from "../runtime/node/session.js";
import { Thread } from "../runtime/node/thread.js";
import { fileError, makeFolder, readBytes, writeAtomic } from "./files.js";

/** The files, each held against the trainer on the CPU: in one worker, and a session for each. */
async function checkedFiles(request: ExportRequest, trained: TrainedModel): Promise<Map<string, Uint8Array>> {
  const thread = new Thread();
  const cpu: Checker = { provider: "cpu", open: (bytes) => openSession(bytes, { file: "export", thread }) };
  try {
    return await exportFiles(request, trained, [cpu]);
  } finally {
    await thread.end();
  }
}

/**
 * Exports a model as a folder: `card.json` and its ONNX files, after each was held against the trainer. The folder
 * appears whole; one that is there already is replaced at the end.
 *
 * @throws GenError `numeric` if a file disagrees with the trainer, `file` if the folder cannot be written
 */
export async function exportFolder(path: string, request: ExportRequest, trained: TrainedModel): Promise<Card> {
  const files = await checkedFiles(request, trained);
  const fresh = `${path}.new`;
  const old = `${path}.old`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await makeFolder(fresh);
  } catch (cause) {
    throw fileError("cannot write", path, cause);
  }
  try {
    for (const [name, bytes] of files) await writeAtomic(join(fresh, name), bytes);
    await rm(old, { recursive: true, force: true });
    await rename(path, old).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw fileError("cannot replace", path, cause);
    });
    await rename(fresh, path);
    await rm(old, { recursive: true, force: true });
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw cause instanceof GenError ? cause : fileError("cannot write", path, cause);
  }
  return parseCard(new TextDecoder().decode(files.get("card.json")), { file: join(path, "card.json") });
}

/** An exported model on disk, opened. */
export interface ModelFolder extends ModelFiles {
  readonly path: string;
  /** A session over one of its files. */
  open(file: string): Promise<OnnxSession>;
}

/**
 * Opens the folder of an exported model.
 *
 * @throws GenError `file`, `format`, `version` or `hash`, naming the file and the field
 */
export async function openFolder(path: string): Promise<ModelFolder> {
  const files = await openFiles((name) => readBytes(join(path, name)), path);
  return { ...files, path, open: async (file) => openSession(await files.bytes(file), { file: join(path, file) }) };
}
