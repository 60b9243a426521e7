import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MetricsLog, parseMetrics } from "../../src/run/metrics-log.js";
import { RunFolder, checkName, defaultName } from "../../src/run/run-folder.js";

let place: string;
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), "gen-run-"))));
afterEach(() => rmSync(place, { recursive: true, force: true }));

const config = { recipe: "vae", options: { steps: 10, data: "glyphs" } };
const create = (overwrite = false) => RunFolder.create(join(place, "a"), config, { overwrite });

describe("the log of measurements", () => {
  const path = () => join(place, "metrics.jsonl");
  const line = (step: number) => ({ step, seconds: step / 10, loss: 1 / step });
  const write = (fromStep: number, steps: readonly number[]) => {
    const log = new MetricsLog(path(), fromStep);
    for (const step of steps) log.append(line(step));
    log.close();
    return readFileSync(path(), "utf8");
  };

  it("goes on after the checkpoint's step as if nothing had happened", () => {
    const whole = write(0, [1, 2, 3, 4, 5]);
    rmSync(path());
    write(0, [1, 2, 3, 4]);
    expect(write(3, [4, 5])).toBe(whole);
  });

  it("drops what a crash tore", () => {
    const whole = write(0, [1, 2, 3]);
    for (let bytes = 0; bytes < whole.length; bytes++) {
      writeFileSync(path(), whole.slice(0, bytes));
      const kept = whole.slice(0, bytes).split("\n").length - 1;
      expect(parseMetrics(whole.slice(0, bytes))).toHaveLength(kept);
      expect(write(kept, [1, 2, 3].slice(kept))).toBe(whole);
    }
  });

  it("starts anew where the checkpoint has no lines", () => {
    write(0, [5, 6]);
    expect(write(0, [])).toBe("");
  });

  it("reads no further than what it understands", () => {
    expect(parseMetrics('{"step":1,"seconds":0}\n\0\0\0\n{"step":2,"seconds":0}\n')).toEqual([{ step: 1, seconds: 0 }]);
  });
});

describe("a run folder", async () => {
  it("holds its config, and opens again", async () => {
    const { path, config: written } = await create();
    expect(written).toEqual(config);
    expect(RunFolder.open(path).config).toEqual(config);
    expect(readdirSync(path).sort()).toEqual(["checkpoints", "config.json", "samples"]);
  });

  it("is not overwritten without saying so", async () => {
    const { path } = await create();
    await expect(create()).rejects.toThrow(
      expect.objectContaining({
        code: "file",
        message: expect.stringMatching(/new or empty folder.*\n {2}fix: .*gen resume.*--overwrite/) as string,
      }),
    );
    writeFileSync(join(path, "metrics.jsonl"), "x");
    writeFileSync(join(path, "mine.txt"), "x");
    await create(true);
    expect(existsSync(join(path, "metrics.jsonl"))).toBe(false);
    expect(existsSync(join(path, "mine.txt"))).toBe(true);
  });

  it("is not made over something that is no run, even when asked", async () => {
    mkdirSync(join(place, "a"));
    writeFileSync(join(place, "a", "thesis.txt"), "x");
    await expect(create(true)).rejects.toThrow("expected a new or empty folder, got one with 1 entries");
  });

  it("that is not one is said to be none, with those that are", async () => {
    await create();
    expect(() => RunFolder.open(join(place, "b"))).toThrow(
      /expected the folder of a run, got nothing there\n {2}fix: there are: .*\/a/,
    );
    expect(() => RunFolder.open(place)).toThrow("got a place without config.json");
  });

  it("sorts its pictures by name and step", async () => {
    const folder = await create();
    for (const [name, step] of [
      ["walk", 12],
      ["samples", 200],
      ["samples", 12],
    ] as const)
      writeFileSync(folder.picturePath(name, step), "");
    writeFileSync(join(folder.samples, "other.txt"), "");
    expect([...folder.pictures()].map(([name, files]) => [name, files.map(({ step }) => step)])).toEqual([
      ["samples", [12, 200]],
      ["walk", [12]],
    ]);
  });

  it("is named after what is trained, and stays where runs are", async () => {
    expect(defaultName("vae", "./My Pictures/", new Date(Date.UTC(2026, 0, 14, 9, 30, 12)))).toBe(
      "vae-my-pictures-20260114-093012",
    );
    checkName("a-1_b.c");
    for (const name of ["../a", "", ".hidden", "a/b"])
      expect(() => checkName(name)).toThrow("--name: expected letters");
  });
});
