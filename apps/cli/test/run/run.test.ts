import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileError, writeAtomic } from "../../src/run/files.js";
import { MetricsLog, parseMetrics } from "../../src/run/metrics-log.js";
import { RunFolder, checkName, defaultName } from "../../src/run/run-folder.js";

let place: string;
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), "gen-run-"))));
afterEach(() => rmSync(place, { recursive: true, force: true }));

const config = { recipe: "vae", options: { steps: 10, data: "glyphs" } };
const create = (overwrite = false) => RunFolder.create(join(place, "a"), config, { overwrite });

describe("a file", () => {
  it("is replaced as a whole, and leaves nothing beside it", () => {
    const path = join(place, "x.json");
    writeAtomic(path, "old");
    writeAtomic(path, new Uint8Array([110, 101, 119]));
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(readdirSync(place)).toEqual(["x.json"]);
  });

  it("that cannot be written is named", () => {
    expect(() => writeAtomic(join(place, "none", "x"), "")).toThrow(/none\/x: expected a file that can be written, got nothing there\n {2}fix: check the path/);
  });

  it.each([
    ["ENOSPC", "got a full disk\n  fix: free some space"],
    ["EROFS", "got a read-only disk\n  fix: choose a place"],
    ["EACCES", "got no permission\n  fix: change the permissions"],
    ["EWHAT", "got hm"],
  ])("says in plain words what %s means", (code, words) => {
    const error = fileError("a/b.json", "a file to write", Object.assign(new Error("hm"), { code }));
    expect(error.code).toBe("file");
    expect(error.message).toContain(`a/b.json: expected a file to write, ${words}`);
  });

  it.skipIf(process.getuid?.() === 0)("in a folder without permission stays as it was", () => {
    writeAtomic(join(place, "x"), "old");
    chmodSync(place, 0o500);
    expect(() => writeAtomic(join(place, "x"), "new")).toThrow("got no permission");
    chmodSync(place, 0o700);
    expect(readFileSync(join(place, "x"), "utf8")).toBe("old");
  });
});

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

describe("a run folder", () => {
  it("holds its config, and opens again", () => {
    const { path, config: written } = create();
    expect(written).toEqual(config);
    expect(RunFolder.open(path).config).toEqual(config);
    expect(readdirSync(path).sort()).toEqual(["checkpoints", "config.json", "samples"]);
  });

  it("is not overwritten without saying so", () => {
    const { path, picturePath } = Object.assign(create());
    expect(picturePath).toBeDefined();
    expect(() => create()).toThrow(expect.objectContaining({ code: "file", message: expect.stringMatching(/new or empty folder.*\n {2}fix: .*gen resume.*--overwrite/) as string }));
    writeFileSync(join(path, "metrics.jsonl"), "x");
    writeFileSync(join(path, "mine.txt"), "x");
    create(true);
    expect(existsSync(join(path, "metrics.jsonl"))).toBe(false);
    expect(existsSync(join(path, "mine.txt"))).toBe(true);
  });

  it("is not made over something that is no run, even when asked", () => {
    mkdirSync(join(place, "a"));
    writeFileSync(join(place, "a", "thesis.txt"), "x");
    expect(() => create(true)).toThrow("expected a new or empty folder, got one with 1 entries");
  });

  it("that is not one is said to be none, with those that are", () => {
    create();
    expect(() => RunFolder.open(join(place, "b"))).toThrow(/expected the folder of a run, got nothing there\n {2}fix: there are: .*\/a/);
    expect(() => RunFolder.open(place)).toThrow("got a place without config.json");
  });

  it("sorts its pictures by name and step", () => {
    const folder = create();
    for (const [name, step] of [["walk", 12], ["samples", 200], ["samples", 12]] as const) writeFileSync(folder.picturePath(name, step), "");
    writeFileSync(join(folder.samples, "other.txt"), "");
    expect([...folder.pictures()].map(([name, files]) => [name, files.map(({ step }) => step)])).toEqual([["samples", [12, 200]], ["walk", [12]]]);
  });

  it("is named after what is trained, and stays where runs are", () => {
    expect(defaultName("vae", "./My Pictures/", new Date(Date.UTC(2026, 0, 14, 9, 30, 12)))).toBe("vae-my-pictures-20260114-093012");
    checkName("a-1_b.c");
    for (const name of ["../a", "", ".hidden", "a/b"]) expect(() => checkName(name)).toThrow("--name: expected letters");
  });
});
