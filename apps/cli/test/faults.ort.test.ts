/** @file What is wrong is said in one line that names the file, with a way out; and nothing that was there is lost. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ndarray } from "@gen/core";
import { node } from "@gen/core/node";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { hash, traceOf } from "./process.js";
import { testWorld, type Heard } from "./world.js";

const TRAIN = "train vae --data bars --hidden 16 --latent-dim 2 --batch-size 8 --every 4";
const OPEN = () => node({ threads: 1 });

let place: string;
const mounts: string[] = [];
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-faults-"));
  expect(await run(`${TRAIN} --steps 12 --name whole`)).toMatchObject({ code: 0 });
});
afterAll(() => {
  for (const path of mounts) spawnSync("umount", [path]);
  rmSync(place, { recursive: true, force: true });
});

const run = (line: string, cwd = place): Promise<Heard> => testWorld(cwd, OPEN).run(line);
const at = (...path: string[]): string => join(place, "runs", ...path);

/** One line that matches, and a fix. */
function expectFault({ code, err, out }: Heard, expected: string | RegExp, fix: string | RegExp): void {
  const [line, hint, ...rest] = err.split("\n").slice(err.split("\n").findIndex((text) => text.startsWith("gen: ")));
  expect([code, out]).toEqual([1, ""]);
  expect(line).toMatch(expected);
  expect(hint).toMatch(fix);
  expect(rest).toEqual([""]);
}

/** All files of a folder, by their hashes. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), hash(join(parentPath, name))]),
  );
}

describe("a checkpoint", () => {
  let folder: string;
  const file = (name: string): string => join(folder, "checkpoints", name);
  beforeEach(() => {
    folder = at("damaged");
    rmSync(folder, { recursive: true, force: true });
    cpSync(at("whole"), folder, { recursive: true });
  });

  it("that is truncated is passed over for the one before", async () => {
    truncateSync(file("000000012.safetensors"), 100);
    const heard = await run("resume runs/damaged");
    expect(heard.code).toBe(0);
    expect(heard.err).toMatch(/passed over a damaged checkpoint: .*000000012\.safetensors: expected sha256/);
    expect(traceOf(folder)).toEqual(traceOf(at("whole")));
  });

  it("that is damaged like all others stops the run, which is as it was", async () => {
    for (const name of ["000000008.json", "000000012.json"]) writeFileSync(file(name), "{");
    const before = contents(folder);
    expectFault(
      await run("resume runs/damaged"),
      /checkpoints.*only damaged ones: .*000000012\.json/,
      "start a new training",
    );
    expect(contents(folder)).toEqual(before);
  });

  it("of a newer version is not touched", async () => {
    const newer = { ...(JSON.parse(readFileSync(file("000000012.json"), "utf8")) as object), format: 99 };
    writeFileSync(file("000000012.json"), JSON.stringify(newer));
    const before = contents(folder);
    expectFault(await run("resume runs/damaged"), /000000012\.json: expected format 1 or older, got 99/, "update");
    expect(contents(folder)).toEqual(before);
  });

  it("of a model with other options says so", async () => {
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as {
      options: Record<string, unknown>;
    };
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ ...config, options: { ...config.options, latentDim: 3 } }),
    );
    expectFault(await run("eval runs/damaged --k 1"), /expected ".*" to be \[.*\], got \[.*\]/, "use the options");
  });
});

describe("an exported model", () => {
  let model: string;
  beforeEach(() => {
    model = join(place, "model");
    rmSync(model, { recursive: true, force: true });
    cpSync(at("whole", "model"), model, { recursive: true });
  });
  const edit = (change: (card: Record<string, Record<string, unknown>>) => void): void => {
    const path = join(model, "card.json");
    const card = JSON.parse(readFileSync(path, "utf8")) as Record<string, Record<string, unknown>>;
    change(card);
    writeFileSync(path, JSON.stringify(card));
  };

  it("may not name a file elsewhere", async () => {
    edit((card) => (card["files"]!["../sampler.onnx"] = card["files"]!["sampler.onnx"]));
    expectFault(
      await run("sample model"),
      /card\.json: expected a plain file name in "files", got "\.\.\/sampler/,
      "trust",
    );
  });

  it("of a newer version is refused", async () => {
    edit((card) => ((card as Record<string, unknown>)["format"] = 99));
    expectFault(await run("sample model"), /card\.json: expected card format 1 or older, got 99/, "update");
  });

  it("is held against its hashes", async () => {
    const path = join(model, "sampler.onnx");
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(path, bytes);
    expectFault(
      await run("sample model"),
      /sampler\.onnx: expected sha256 .* as in the card, got/,
      "export the model again",
    );
    truncateSync(join(model, "logprob.onnx"), 10);
    expectFault(await run("eval model"), /logprob\.onnx: expected sha256/, "export the model again");
    rmSync(path);
    expectFault(await run("sample model"), /cannot read .*sampler\.onnx: it is not there/, "check the path");
  });

  it.each(["", "{", "[]", '{ "format": 1 }'])("with the card %j is no model", async (text) => {
    writeFileSync(join(model, "card.json"), text);
    expectFault(await run("sample model"), /card\.json: expected/, "export the model again");
  });
});

describe("data", () => {
  it("that is a folder with a damaged picture is named", async () => {
    const pictures = join(place, "pictures");
    mkdirSync(pictures);
    const image = ndarray(
      Float32Array.from({ length: 64 }, (_, i) => i / 64),
      [1, 1, 8, 8],
    );
    for (let i = 0; i < 30; i++) await writePng(join(pictures, `${i}.png`), grid(image, { gap: 0 }));
    const line = "train vae --data ./pictures --colours grey --size 8";
    for (let i = 0; i < 30; i++) truncateSync(join(pictures, `${i}.png`), 40);
    const heard = await run(`${line} --hidden 4 --batch-size 4 --steps 2 --name broken`);
    expectFault(heard, /pictures\/\d+\.png/, /fix: /);
  });

  it("that is an empty folder is named", async () => {
    mkdirSync(join(place, "empty"));
    expectFault(await run("train vae --data ./empty"), /empty: expected/, /fix: /);
  });
});

it("a loss that is not finite stops the training at its last good checkpoint", async () => {
  const heard = await run(`${TRAIN} --steps 40 --learning-rate 1e30 --name wild`);
  expectFault(heard, /expected finite numbers, got (NaN|-?Infinity) in ".*" at step \d+/, "lower the learning rate");
});

describe("a disk", () => {
  /** A small file system of its own, or a reason to skip. */
  const mounted = (name: string, context: TestContext): string => {
    const path = join(place, name);
    mkdirSync(path);
    const { status, stderr, error } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", path], {
      encoding: "utf8",
    });
    if (status !== 0) context.skip(`needs a mount, which is not allowed here: ${(error?.message ?? stderr).trim()}`);
    mounts.push(path);
    return path;
  };

  it("that is full stops the run, which goes on when there is space", async (context) => {
    const disk = mounted("full", context);
    cpSync(at("whole"), join(disk, "runs", "run"), { recursive: true });
    rmSync(join(disk, "runs", "run", "model"), { recursive: true });
    const free = 400 * 1024 - Number(spawnSync("du", ["-s", "-B1", disk], { encoding: "utf8" }).stdout.split("\t")[0]);
    writeFileSync(join(disk, "ballast"), Buffer.alloc(Math.max(0, free - 12 * 1024)));
    const checkpoints = contents(join(disk, "runs", "run", "checkpoints"));
    const heard = await run("resume runs/run --steps 16", disk);
    expectFault(heard, /cannot write .*: the disk is full/, "free some space");
    expect(contents(join(disk, "runs", "run", "checkpoints"))).toEqual(checkpoints);
    rmSync(join(disk, "ballast"));
    expect(await run("resume runs/run", disk)).toMatchObject({ code: 0 });
    cpSync(at("whole"), at("more"), { recursive: true });
    expect(await run("resume runs/more --steps 16")).toMatchObject({ code: 0 });
    expect(traceOf(join(disk, "runs", "run"))).toEqual(traceOf(at("more")));
  });

  it("that is read-only is named", async (context) => {
    const disk = mounted("fixed", context);
    cpSync(at("whole"), join(disk, "runs", "run"), { recursive: true });
    expect(spawnSync("mount", ["-o", "remount,ro", disk]).status).toBe(0);
    const readOnly = "the file system is read-only";
    const fix = "choose a folder that can be written";
    for (const line of [
      "resume runs/run --steps 16",
      "report runs/run",
      "export runs/run",
      "sample runs/run",
      `${TRAIN} --steps 4 --name new`,
    ]) {
      expectFault(await run(line, disk), readOnly, fix);
    }
    expect(await run("sample runs/run --to ../drawn.png", disk)).toMatchObject({ code: 0 });
    expect(statSync(join(place, "drawn.png")).size).toBeGreaterThan(60);
    expect(await run("eval runs/run --k 2", disk)).toMatchObject({ code: 0 });
  });
});
