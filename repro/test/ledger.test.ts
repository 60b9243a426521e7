import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCommand } from "../src/command.js";
import { entryOf, ledger, reaches } from "../src/ledger.js";
import {
  COMMITTED_BYTES,
  folder,
  lineOf,
  parseResult,
  readResult,
  weightsFile,
  type Recorded,
} from "../src/results.js";
import { table } from "../src/table.js";

const recorded: Recorded = {
  ours: 88.5,
  standardError: 0.2,
  split: "test",
  n: 10_000,
  seed: 0,
  seconds: 3600,
  steps: 10,
  sha256: "00",
  date: "2026-01-01",
  machine: "a machine",
  notes: "",
};

describe("the ledger", () => {
  it("has each id once", () => {
    expect(new Set(ledger.map(({ id }) => id)).size).toBe(ledger.length);
  });

  it("names the nearest id of one that it does not know", () => {
    expect(() => entryOf("vae/binarised-mnist/dense")).toThrow("did you mean vae/binarized-mnist/dense?");
  });

  it("knows which way is better", () => {
    const [lower, higher] = [entryOf("vae/binarized-mnist/dense"), entryOf("gan/mnist/parzen")];
    expect([reaches(lower, 89), reaches(lower, 90), reaches(higher, 226), reaches(higher, 200)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(reaches(entryOf("diffusion/mnist/fid"), 1)).toBeUndefined();
  });

  it("has an entry for every script and every result", () => {
    const ids = [
      ...filesBelow("rows", ".ts"),
      ...filesBelow("results", ".json"),
      ...filesBelow("weights", ".safetensors"),
    ];
    for (const id of ids) expect(entryOf(id).id).toBe(id);
  });

  it("has a script, weights and a readable result for what was measured", async () => {
    for (const id of filesBelow("results", ".json")) {
      expect(filesBelow("rows", ".ts")).toContain(id);
      const result = await readResult(id);
      expect(result).toBeDefined();
      expect(existsSync(weightsFile(id)) || result!.weightBytes! > COMMITTED_BYTES).toBe(true);
    }
  });
});

describe("a result", () => {
  it("becomes a line with what the ledger says of it", () => {
    const line = lineOf(entryOf("vae/binarized-mnist/dense"), recorded);
    expect(line).toMatchObject({ target: 89.8, ours: 88.5, hours: 1, command: "pnpm repro vae/binarized-mnist/dense" });
  });

  it("names the field that is damaged", () => {
    expect(parseResult(JSON.stringify(recorded), "file")).toEqual(recorded);
    expect(() => parseResult(JSON.stringify({ ...recorded, ours: null }), "file")).toThrow(
      "file: expected a number as ours, got null",
    );
    expect(() => parseResult("{", "file")).toThrow("file: expected JSON");
  });

  it("is in the table whether it reaches its target or not", () => {
    const entry = entryOf("vae/binarized-mnist/dense");
    const text = table([
      { entry, recorded },
      { entry, recorded: { ...recorded, ours: 95 } },
      { entry, recorded: undefined },
    ]);
    expect(text).toMatch(/88\.50 ± 0\.20\s+nats\s+yes/);
    expect(text).toMatch(/95\.00 ± 0\.20\s+nats\s+no/);
    expect(text).toContain("not yet measured");
  });
});

describe("the command line", () => {
  it.each([
    [[], { do: "list", json: false }],
    [["--json"], { do: "list", json: true }],
    [["ar/jsb/nats"], { do: "train", id: "ar/jsb/nats", resume: false, threads: 1 }],
    [["ar/jsb/nats", "--minutes", "50"], { do: "train", id: "ar/jsb/nats", resume: false, threads: 1, minutes: 50 }],
    [
      ["ar/shakespeare/full", "--device", "webgpu", "--threads", "4"],
      { do: "train", id: "ar/shakespeare/full", resume: false, threads: 4, device: "webgpu" },
    ],
    [["ar/jsb/nats", "--check"], { do: "check", id: "ar/jsb/nats", n: 1000 }],
  ])("reads %j", (argv, command) => {
    expect(readCommand(argv)).toEqual(command);
  });

  it.each([
    [["--jsno"], "did you mean --json?"],
    [["--resume"], "--resume has an effect only with an id"],
    [["ar/jsb/nats", "--minutes", "0"], "expected --minutes above 0"],
    [["ar/jsb/nats", "--check", "--minutes", "5"], "--minutes has an effect only with no --check"],
    [["ar/jsb/nats", "--n", "2000"], "--n has an effect only with --check"],
    [["ar/jsb/nats", "--check", "--n", "10"], "expected --n ≥ 1000"],
    [["ar/jsb/nats", "ar/jsb/nats"], "expected one id"],
    [["ar/jsb/nats", "--device", "tpu"], "expected --device cpu or webgpu, got tpu"],
  ])("refuses %j", (argv, message) => {
    expect(() => readCommand(argv)).toThrow(message);
  });
});

/** Ids of the files below a folder of this workspace. */
function filesBelow(name: string, ending: string): string[] {
  const base = join(folder, name);
  if (!existsSync(base)) return [];
  const files = readdirSync(base, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length).replaceAll("\\", "/"));
}
