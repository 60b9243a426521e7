/** @file gen in a process of its own, and what a run of it leaves. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";

const PROGRAM = fileURLToPath(new URL("fixtures/gen.ts", import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

export interface Ended {
  /** Exit code; null if it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** When a process gets SIGKILL: so many milliseconds after something has come true, wherever it is then. */
export interface Kill {
  when(): boolean;
  readonly after: number;
}

/** Runs gen, and kills it where that is asked for. */
export async function gen(line: string, cwd: string, kill?: Kill): Promise<Ended> {
  const child = spawn(process.execPath, ["--conditions=@gen/source", "--import", TSX, PROGRAM, ...line.split(" ")], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const watch = setInterval(() => {
    if (kill?.when() !== true) return;
    clearInterval(watch);
    setTimeout(() => child.kill("SIGKILL"), kill.after);
  }, 2);
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearInterval(watch);
  return { code, out, err };
}

/** All that must be the same when a run was interrupted: the last state, the exported files, what was measured. */
export function traceOf(run: string): Record<string, string> {
  const checkpoints = readdirSync(join(run, "checkpoints")).filter((name) => name.endsWith(".safetensors"));
  const models = readdirSync(join(run, "model")).filter((name) => name.endsWith(".onnx"));
  const paths = [...checkpoints.map((name) => join("checkpoints", name)), ...models.map((name) => join("model", name))];
  const hashes = paths.sort().map((path) => [path, hash(join(run, path))]);
  const log = readFileSync(join(run, "metrics.jsonl"), "utf8").replace(/"seconds":[\d.]+/g, "");
  return { ...(Object.fromEntries(hashes) as Record<string, string>), log };
}

export function hash(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
