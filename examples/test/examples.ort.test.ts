/** @file Every example runs to its end, from source, and writes nothing to stderr. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const files = await readdir(root, { recursive: true });
const examples = files.filter((file) => /^(?!test|node_modules)[a-z-]+[\\/][a-z0-9-]+\.ts$/.test(file)).sort();

/** Runs an example in an empty folder; gives its exit code and what it wrote to stderr. */
async function run(example: string): Promise<{ code: number; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), "example-"));
  const tsx = import.meta.resolve("tsx");
  const options = ["--conditions=@gen/source", "--import", tsx, join(root, example)];
  try {
    return await new Promise((done) => {
      const child = execFile(process.execPath, options, { cwd: folder }, (_error, _stdout, stderr) => {
        done({ code: child.exitCode ?? 1, stderr });
      });
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.each(examples)("%s", async (example) => {
  expect(await run(example)).toEqual({ code: 0, stderr: "" });
});
