/** @file The training step of every example stays wholly on WebGPU, and gives the losses of the CPU. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isGenError, messageOf } from "@gen/core";
import { node } from "@gen/core/node";

const root = join(import.meta.dirname, "..");
const files = await readdir(root, { recursive: true });
const examples = files.filter((file) => /^(?!test|node_modules)[a-z-]+[\\/][a-z0-9-]+\.ts$/.test(file)).sort();

const missing = await node({ device: "webgpu" }).then(
  async (runtime) => {
    await runtime.close();
    return undefined;
  },
  (error: unknown) => (isGenError(error) ? messageOf(error).split("\n")[0] : Promise.reject(error as Error)),
);

/** What the example's `fit` printed. */
async function train(example: string): Promise<{ device: string; got: number[]; wanted: number[] }> {
  const folder = await mkdtemp(join(tmpdir(), "example-"));
  const hooks = join(root, "test/on-webgpu/register.mjs");
  const args = [
    "--conditions=@gen/source",
    "--import",
    import.meta.resolve("tsx"),
    "--import",
    hooks,
    join(root, example),
  ];
  const env = { ...process.env, STEPS: "3" };
  try {
    const printed = await new Promise<string>((done, fail) => {
      execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) =>
        error === null ? done(stdout) : fail(new Error(stderr)),
      );
    });
    return JSON.parse(printed) as Awaited<ReturnType<typeof train>>;
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.for(examples)("%s", async (example, { skip }) => {
  if (missing !== undefined) skip(missing);
  const { device, got, wanted } = await train(example);
  expect(device).toBe("webgpu");
  expect(got).toHaveLength(wanted.length);
  got.forEach((loss, i) => expect(Math.abs(loss - wanted[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(wanted[i]!))));
});
