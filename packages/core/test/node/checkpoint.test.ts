import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ndarray, reference, type Store } from "../../src/index.js";
import { loadCheckpoint, newestCheckpoint, saveCheckpoint } from "../../src/node.js";

let folder: string;
let store: Store;
const runtime = reference();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
  store = runtime.emptyStore();
  await store.write("w", ndarray([1, 2, 3]));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = async (step: number): Promise<void> => {
  await store.write("w", ndarray([step, step, step]));
  await saveCheckpoint(store, folder, { step, config: { seed: 7 } });
};
const value = async (): Promise<number> => {
  const fresh = runtime.emptyStore();
  await loadCheckpoint(fresh, folder);
  return Number((await fresh.read("w")).data[0]);
};

describe("checkpoints", () => {
  it("come back with their step and configuration, and the newest two are kept", async () => {
    for (const step of [10, 20, 30]) await at(step);
    const fresh = runtime.emptyStore();
    expect(await loadCheckpoint(fresh, folder)).toMatchObject({ step: 30, config: { seed: 7 }, skipped: [] });
    expect((await fresh.read("w")).data[0]).toBe(30);
    expect((await readdir(folder)).sort()).toEqual([
      "000000020.json",
      "000000020.safetensors",
      "000000030.json",
      "000000030.safetensors",
    ]);
  });

  it("clear away what a killed process left half written, and nothing else", async () => {
    for (const name of [".000000010.safetensors.1.tmp", ".000000010.json.1.tmp", "000000005.safetensors", "notes.tmp"])
      await writeFile(join(folder, name), "x");
    await at(20);
    expect((await readdir(folder)).sort()).toEqual(["000000020.json", "000000020.safetensors", "notes.tmp"]);
  });

  it.each([
    ["a truncated array file", (f: string) => truncate(join(f, "000000020.safetensors"), 40)],
    [
      "a flipped byte",
      async (f: string) => {
        const path = join(f, "000000020.safetensors");
        const bytes = await readFile(path);
        bytes[bytes.length - 1]! ^= 1;
        await writeFile(path, bytes);
      },
    ],
    ["a missing array file", (f: string) => rm(join(f, "000000020.safetensors"))],
    ["an empty description", (f: string) => truncate(join(f, "000000020.json"), 0)],
    ["half a description", (f: string) => truncate(join(f, "000000020.json"), 30)],
    ["a description without a hash", (f: string) => writeFile(join(f, "000000020.json"), '{"format":1,"step":20}')],
  ])("are passed over for the one before, given %s", async (_, damage) => {
    await at(10);
    await at(20);
    await damage(folder);
    expect(await value()).toBe(10);
    expect(await newestCheckpoint(folder)).toMatchObject({ step: 10 });
  });

  it("say what is wrong when none is valid, or none is there", async () => {
    await expect(value()).rejects.toMatchObject({
      code: "file",
      message: expect.stringContaining("got none") as string,
    });
    await at(10);
    await truncate(join(folder, "000000010.safetensors"), 5);
    await expect(value()).rejects.toMatchObject({
      code: "file",
      message: expect.stringMatching(/only damaged ones: .*000000010\.safetensors/) as string,
    });
  });

  it("of a newer version are not guessed at", async () => {
    await at(10);
    await writeFile(join(folder, "000000020.json"), '{"format":2,"step":20,"sha256":"x"}');
    await expect(value()).rejects.toMatchObject({
      code: "version",
      message: expect.stringContaining("000000020.json") as string,
    });
  });

  it("survive a full disk", (context) =>
    tmpfs(context, async (small) => {
      await saveCheckpoint(store, small, { step: 10 });
      await store.write("big", ndarray(new Float32Array(2 ** 19), [2 ** 19]));
      await expect(saveCheckpoint(store, small, { step: 20 })).rejects.toMatchObject({
        code: "file",
        message: expect.stringContaining("the disk is full") as string,
      });
      expect(await readdir(small)).toEqual(["000000010.json", "000000010.safetensors"]);
      expect(await loadCheckpoint(runtime.emptyStore(), small)).toMatchObject({ step: 10 });
    }));
});

/** Runs a test in a file system of 1 MB, where one may be mounted. */
async function tmpfs(
  { skip }: { skip: (why: string) => void },
  test: (folder: string) => Promise<void>,
): Promise<void> {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "pipe" });
  } catch {
    skip("a full disk needs the right to mount a tmpfs");
    return;
  }
  try {
    await test(folder);
  } finally {
    execFileSync("umount", [folder]);
  }
}
