/** @file The whole way on the CPU: train, stop, go on, export, draw, measure, report. */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseCard } from "@gen/core";
import { node } from "@gen/core/node";
import { grid } from "@gen/data";
import { encodePng } from "@gen/data/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draw } from "../src/exported.js";
import { snippet } from "../src/report/model-section.js";
import { verifySampler } from "../src/commands/start.js";
import { traceOf } from "./process.js";
import { testWorld, type Heard } from "./world.js";

let place: string;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-train-"));
  expect(await run(`${TRAIN} --name whole`)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const TRAIN = "train vae --data bars --hidden 16 --latent-dim 2 --batch-size 8 --steps 40 --every 10";
const run = (line: string, onText?: (text: string, press: () => void) => void): Promise<Heard> =>
  testWorld(place, () => node({ threads: 1 })).run(line, onText);
const at = (...path: string[]): string => join(place, "runs", ...path);
const events = ({ out }: Heard): Record<string, unknown>[] =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("gen train", () => {
  it("leaves all that a run is", () => {
    expect(readdirSync(at("whole")).sort()).toEqual([
      "checkpoints",
      "config.json",
      "metrics.jsonl",
      "model",
      "report.html",
      "samples",
    ]);
    const pictures = ["reconstructions", "samples", "walk"];
    const steps = ["0000000", "0000010", "0000020", "0000030", "0000040"];
    expect(readdirSync(at("whole", "samples")).sort()).toEqual(
      pictures.flatMap((name) => steps.map((step) => `${name}-${step}.png`)),
    );
  });

  it("learns", () => {
    const lines = readFileSync(at("whole", "metrics.jsonl"), "utf8").trim().split("\n");
    const validation = lines.flatMap((line) => {
      const { validation } = JSON.parse(line) as { validation?: { nats: number } };
      return validation === undefined ? [] : [validation.nats];
    });
    expect(validation).toHaveLength(4);
    expect(validation[3]).toBeLessThan(validation[0]!);
  });

  it("stops at Ctrl-C, and goes on to the same end, bit for bit", async () => {
    const stopped = await run(`${TRAIN} --name stopped`, (text, press) => {
      if (text.startsWith("20 steps:")) press();
    });
    expect(stopped).toMatchObject({ code: 130 });
    expect(stopped.err).toContain("stopping after this step; Ctrl-C again quits at once");
    expect(stopped.out).toMatch(/^Stopped after step \d+ and saved\. To go on: gen resume .*stopped\n$/);
    expect(existsSync(at("stopped", "report.html"))).toBe(true);
    expect(await run("resume runs/stopped")).toMatchObject({ code: 0 });
    expect(traceOf(at("stopped"))).toEqual(traceOf(at("whole")));
  });

  it("repeats a run from its config, whatever the threads, and says all of it in JSON when asked", async () => {
    const heard = await run("train --config runs/whole/config.json --name again --threads 2 --json");
    expect(heard).toMatchObject({ code: 0, err: "" });
    const said = events(heard);
    expect(new Set(said.map(({ event }) => event))).toEqual(
      new Set(["start", "progress", "validation", "checkpoint", "result"]),
    );
    expect(said.at(-1)).toMatchObject({ event: "result", run: at("again"), step: 40, model: at("again", "model") });
    expect(traceOf(at("again"))).toEqual(traceOf(at("whole")));
  });

  it("takes a model with convolutions, and one with another likelihood", async () => {
    const line = "train vae --data bars --architecture convolutional --channels 4,8 --batch-size 8 --steps 4";
    const options = "--likelihood discretised-logistic --activation gelu --schedule cosine --clip 10 --seed 3";
    expect(await run(`${line} ${options} --name conv`)).toMatchObject({ code: 0 });
    expect(await run("eval runs/conv --k 3 --json")).toMatchObject({ code: 0 });
  });

  it.each([
    ["vamp", "--prior vamp --components 4 --objective iwae --draws 3 --beta-warm-up 2 --conditional"],
    ["autoregressive", "--prior autoregressive --objective miwae --draws 2 --bounds 2"],
    ["mixture", "--prior mixture --components 3 --free-bits 0.1"],
  ])("takes a %s prior, with a bound and a KL term of its own", async (name, options) => {
    const line = "train vae --data bars --hidden 8 --latent-dim 2 --batch-size 8 --steps 4";
    expect(await run(`${line} ${options} --name ${name}`)).toMatchObject({ code: 0 });
    expect(await run(`eval runs/${name} --k 3 --json`)).toMatchObject({ code: 0 });
  });
});

describe("an exported model", () => {
  it("draws the trainer's picture in a process that has nothing but onnxruntime-node", async () => {
    const picture = join(place, "seed.png");
    const samples = await draw(at("whole", "model"), { seed: 5, n: 6 });
    writeFileSync(picture, await encodePng(grid(samples, { columns: 3 })));
    const check = { model: at("whole", "model"), picture, seed: 5, n: 6 };
    expect(await verifySampler(check)).toContain("drew the same picture from (seed 5, n 6)");
    await expect(verifySampler({ ...check, seed: 6 })).rejects.toThrow(
      "expected the exported sampler to draw the trainer's picture",
    );
  });

  it("is used as the report says", () => {
    cpSync(at("whole"), join(place, "shipped"), { recursive: true });
    const here = dirname(dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")));
    symlinkSync(here, join(place, "shipped", "node_modules"));
    writeFileSync(join(place, "shipped", "sample.mjs"), snippet([]));
    const { stdout, stderr } = spawnSync(process.execPath, ["sample.mjs"], {
      cwd: join(place, "shipped"),
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toContain("[ 4, 1, 4, 4 ]");
  });

  it("is written again, elsewhere, to the same bytes", async () => {
    expect(await run("export runs/whole --to out/model --json")).toMatchObject({ code: 0 });
    for (const name of readdirSync(at("whole", "model"))) {
      expect(readFileSync(join(place, "out", "model", name)).equals(readFileSync(at("whole", "model", name)))).toBe(
        true,
      );
    }
  });

  it("is written with weights in 16 bits, and says what that was allowed to change", async () => {
    expect(await run("export runs/whole --to out/half --precision f16")).toMatchObject({ code: 0 });
    const folder = join(place, "out", "half");
    const card = parseCard(readFileSync(join(folder, "card.json"), "utf8"), { file: "card.json" });
    for (const { file, tolerance } of card.parity) expect(tolerance).toBe(file === "complete.onnx" ? 1e-4 : 1e-2);
    expect(readFileSync(join(folder, "network.onnx")).length).toBeLessThan(
      readFileSync(at("whole", "model", "network.onnx")).length,
    );
  });

  it("is drawn from: the same seed gives the same", async () => {
    const numbers = async (line: string): Promise<{ shape: number[]; data: number[] }> => {
      expect(await run(`sample runs/whole ${line} --to drawn.json`)).toMatchObject({ code: 0 });
      return JSON.parse(readFileSync(join(place, "drawn.json"), "utf8")) as { shape: number[]; data: number[] };
    };
    const [first, again, other] = [await numbers("--n 3"), await numbers("--n 3"), await numbers("--n 3 --seed 1")];
    expect(first.shape).toEqual([3, 1, 4, 4]);
    expect(again).toEqual(first);
    expect(other.data).not.toEqual(first.data);
    expect(await run("sample runs/whole --n 3 --label 1")).toMatchObject({ code: 2 });
    expect(await run("sample runs/whole --to drawn.png --columns 8")).toMatchObject({ code: 0 });
    expect(readFileSync(join(place, "drawn.png")).subarray(1, 4).toString()).toBe("PNG");
  });

  it("is measured: by the run, and by its own logprob.onnx", async () => {
    const [byRun] = events(await run("eval runs/whole --k 200 --json")).slice(-1);
    expect(byRun).toMatchObject({ event: "result", split: "test", rows: 7, step: 40 });
    const { nats, logProb } = byRun!["metrics"] as Record<string, number>;
    expect(logProb).toBeLessThan(nats! + 0.5); // −log p(x) ≤ negative ELBO, up to the chance of one draw a row
    const [byFile] = events(await run("eval runs/whole/model --k 200 --json")).slice(-1);
    expect(byFile).toMatchObject({ event: "result", data: "bars", rows: 7 });
    const other = byFile!["metrics"] as Record<string, number>;
    expect(Math.abs(other["logProb"]! - logProb!)).toBeLessThan(0.5);
    expect(other["bitsPerDim"]).toBeCloseTo(other["logProb"]! / (16 * Math.LN2), 6);
  });

  it("has a report with how it was checked", async () => {
    rmSync(at("whole", "report.html"));
    expect(await run("report runs/whole")).toMatchObject({ code: 0 });
    const page = readFileSync(at("whole", "report.html"), "utf8");
    expect(page).toContain("new rows from a seed");
    expect(page).toMatch(/\d\.\de-\d+ <small>cpu, 0\.0001 allowed<\/small>/);
    expect(page).toMatch(/a step is one graph of \d+ operations/);
  });
});

it("a conditional model draws every class in turn, or one", async () => {
  expect(await run(`${TRAIN} --conditional --name classes`)).toMatchObject({ code: 0 });
  const card = parseCard(readFileSync(at("classes", "model", "card.json"), "utf8"), { file: "card.json" });
  expect(card.recipe).toMatchObject({ recipe: "vae", classes: ["first", "second", "third", "fourth"] });
  const folder = at("classes", "model");
  const [turns, second] = [
    await draw(folder, { seed: 1, n: 6 }),
    await draw(folder, { seed: 1, n: 6, label: "second" }),
  ];
  const row = (samples: typeof turns, i: number): number[] => [...samples.data.slice(16 * i, 16 * (i + 1))].map(Number);
  expect(row(turns, 1)).toEqual(row(second, 1));
  expect(row(turns, 2)).not.toEqual(row(second, 2));
  expect(row(turns, 5)).toEqual(row(second, 5));
  await expect(draw(folder, { seed: 1, n: 1, label: "fifth" })).rejects.toThrow(
    "expected a class, one of first second third fourth, got fifth",
  );
  expect(await run("eval runs/classes/model --k 5")).toMatchObject({ code: 0 });
});
