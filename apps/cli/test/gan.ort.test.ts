/** @file GANs from the command line: points and conditional pictures, what the report says of the game, truncated samples. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ndarray } from "@gen/core";
import { node } from "@gen/core/node";
import { encodeWav } from "@gen/data";
import { writePng } from "@gen/data/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const text = (file: string): string => readFileSync(join(place, file), "utf8");
const numbers = (file: string): number[] => (JSON.parse(text(file)) as { data: number[] }).data;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-gan-"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("a GAN of conditional pictures", () => {
  it("is trained, measured while it plays, and drawn from by class", async () => {
    const line = "train gan --data bars --architecture dcgan --channels 4,4 --conditioning projection --name bars";
    const heard = await run(`${line} --steps 4 --every 2 --batch-size 8`);
    expect(heard).toMatchObject({ code: 0 });
    expect(heard.err).toMatch(/precision [\d.]+, recall [\d.]+, density [\d.]+, coverage [\d.]+/);
    const report = text("runs/bars/report.html");
    for (const words of ["Generator(&#39;|'|’)s loss", "Length of the gradients", "Precision", "Walks"])
      expect(report).toMatch(new RegExp(words));
    expect(await run("sample runs/bars --n 3 --label second --to second.png")).toMatchObject({ code: 0 });
  });

  it("asks for the class where the card names none to take in turn", async () => {
    cpSync(join(place, "runs/bars/model"), join(place, "nameless"), { recursive: true });
    const card = JSON.parse(text("nameless/card.json")) as { recipe: { classes?: string[] } };
    delete card.recipe.classes;
    writeFileSync(join(place, "nameless/card.json"), JSON.stringify(card));
    expect((await run("sample nameless --n 2 --to nameless.png")).err).toContain(
      "gen sample: expected --label, since gan is conditioned on classes, got none\n  fix: say the number of one",
    );
    expect(await run("sample nameless --n 2 --label 1 --to nameless.png")).toMatchObject({ code: 0 });
  });

  it("is truncated when it is drawn from, not when it is trained", async () => {
    for (const [name, truncation] of [
      ["whole", ""],
      ["wide", "--truncation 6"],
      ["narrow", "--truncation 0.01"],
    ])
      expect(await run(`sample runs/bars --n 2 --label first ${truncation} --to ${name}.json`)).toMatchObject({
        code: 0,
      });
    const apart = (file: string): number => {
      const x = numbers(file);
      return Math.hypot(...x.slice(0, 16).map((v, i) => v - x[16 + i]!));
    };
    expect(numbers("wide.json")).toEqual(numbers("whole.json"));
    expect(apart("narrow.json")).toBeLessThan(apart("whole.json") / 10);
    expect((await run("sample runs/bars --truncation -1")).err).toContain(
      "--truncation: expected a number ≥ 0, got -1",
    );
  });

  it("walks from one draw to another, and changes a picture through its noise", async () => {
    await writePng(join(place, "bar.png"), {
      data: new Uint8Array(16).fill(250, 4, 8),
      width: 4,
      height: 4,
      channels: 1,
    });
    await writePng(join(place, "hole.png"), {
      data: new Uint8Array(16).fill(255, 6),
      width: 4,
      height: 4,
      channels: 1,
    });
    expect(await run("sample runs/bars --n 2 --walk 3 --label first --to walk.json")).toMatchObject({ code: 0 });
    const rows = numbers("walk.json");
    expect(rows).toHaveLength(2 * 3 * 16);
    expect(rows.slice(0, 16)).not.toEqual(rows.slice(32, 48));
    const columns = (file: string): number => (readFileSync(join(place, file)).readUInt32BE(16) - 2) / (14 * 4 + 2);
    for (const [way, shown] of [
      ["--strength 0.3", 3 + 1],
      ["--mask hole.png", 3],
      ["--toward hole.png", 3 + 1],
    ] as const) {
      const line = `edit runs/bars --picture bar.png --label second ${way} --n 2 --steps 3 --to edited.png`;
      expect(await run(line)).toMatchObject({ code: 0 });
      expect([way, columns("edited.png")]).toEqual([way, shown]);
    }
    const one = "edit runs/bars --picture bar.png --label second --toward hole.png --n 1 --steps 3 --to one.png";
    expect(await run(one)).toMatchObject({ code: 0 });
    expect(columns("one.png")).toBe(3);
  });

  it("goes on with the upper part of pictures", async () => {
    mkdirSync(join(place, "halves"), { recursive: true });
    writeFileSync(join(place, "halves/one.png"), readFileSync(join(place, "bar.png")));
    const line = "complete runs/bars --data halves --label second --variants 2 --steps 3 --to completed.png";
    expect(await run(line)).toMatchObject({ code: 0 });
    expect((readFileSync(join(place, "completed.png")).readUInt32BE(20) - 2) / (4 * 2 + 2)).toBe(1 + 1 + 2);
  });

  it("finds the class of a picture that it is not told", async () => {
    const { code, err } = await run("edit runs/bars --picture bar.png --n 2 --steps 3 --to found.png");
    expect(code).toBe(0);
    expect(err).toMatch(/noise of the picture in 4 classes.*\nclass (first|second|third|fourth) fits best\n/);
    const label = /class (\w+) fits/.exec(err)![1]!;
    await run(`edit runs/bars --picture bar.png --label ${label} --n 2 --steps 3 --to told.png`);
    expect(readFileSync(join(place, "found.png"))).toEqual(readFileSync(join(place, "told.png")));
  });

  it.each([
    ["edit runs/bars --picture bar.png --label fifth --to x.png", "one of first second third fourth, got fifth"],
    ["edit runs/bars --picture bar.png --label first --guidance 2 --to x.png", "--guidance only for a diffusion model"],
    ["edit runs/bars --picture none.png --label first --to x.png", "none.png"],
    ["sample runs/bars --walk 3 --truncation 1", "expected --truncation only for a sampler that takes it"],
    ["sample runs/bars --walk 1", "--walk: expected a whole number ≥ 2, got 1"],
    ["sample runs/bars --code 1", "expected --code only for a GAN with codes, got it for gan"],
    [
      "edit runs/bars --picture bar.png --label first --code 1 --steps 1 --to x.png",
      "--code only for a GAN with codes",
    ],
    [
      "edit runs/bars --picture bar.png --mask bar.png --code 1 --to x.png",
      "one of --strength, --mask, --toward, --code",
    ],
  ])("is told what is wrong: %s", async (line, words) => {
    const { code, err } = await run(line);
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });
});

describe("an InfoGAN", () => {
  beforeAll(async () => {
    const line = "train gan --data bars --hidden 8 --latent-dim 2 --categories 3 --codes 1 --name coded";
    expect(await run(`${line} --steps 2 --every 2 --batch-size 8`)).toMatchObject({ code: 0 });
    await writePng(join(place, "any.png"), {
      data: new Uint8Array(16).fill(250, 4, 8),
      width: 4,
      height: 4,
      channels: 1,
    });
  });

  it("draws with codes that are set, or walked, the rest of the noise as it is", async () => {
    for (const [name, code] of [
      ["walked", "1"],
      ["set", "1=2"],
      ["line", "2"],
      ["both", "2,1=2"],
    ])
      expect(await run(`sample runs/coded --n 2 --code ${code} --to ${name}.json`)).toMatchObject({ code: 0 });
    const rows = (name: string): number[][] =>
      Array.from({ length: numbers(`${name}.json`).length / 16 }, (_, i) =>
        numbers(`${name}.json`).slice(16 * i, 16 * i + 16),
      );
    expect(["walked", "set", "line", "both"].map((name) => rows(name).length)).toEqual([6, 2, 20, 20]);
    expect([rows("walked")[2], rows("walked")[5]]).toEqual(rows("set"));
    expect(rows("walked")[0]).not.toEqual(rows("walked")[2]);
    expect(rows("line")[0]).not.toEqual(rows("line")[9]);
    expect(rows("line")[0]).not.toEqual(rows("both")[0]);
  });

  it("changes the codes of a picture", async () => {
    const columns = (file: string): number => (readFileSync(join(place, file)).readUInt32BE(16) - 2) / (14 * 4 + 2);
    for (const [code, shown] of [
      ["1", 3 + 2],
      ["1=0,2=-0.5", 1 + 2],
      ["2 --n 4", 4 + 2],
    ] as const) {
      const line = `edit runs/coded --picture any.png --steps 2 --code ${code} --to coded.png`;
      expect(await run(line)).toMatchObject({ code: 0 });
      expect([code, columns("coded.png")]).toEqual([code, shown]);
    }
  });

  it.each(["3", "1=3", "1=0.5", "2=1.5", "one", "1=", "0"])("is told which codes there are: %s", async (code) => {
    const { code: exit, err } = await run(`sample runs/coded --code ${code} --to x.json`);
    expect(exit).toBe(2);
    expect(err).toContain(`--code: expected one of its codes, as 1 or 1=0, got ${code}`);
    expect(err).toContain("1 is one of 0 to 2; 2 is a number from -1 to 1");
  });

  it("walks through one code at a time", async () => {
    const { err } = await run("sample runs/coded --code 1,2 --to x.json");
    expect(err).toContain("expected at most one code without a value, got 1,2");
  });
});

describe("a GAN of rows that are no pictures", () => {
  it("draws, and walks through, rows of a table with its words", async () => {
    const rows = Array.from({ length: 80 }, (_, i) => `${20 + (i % 7)},${i % 3 ? "Bern" : "Basel"}`);
    writeFileSync(join(place, "people.csv"), ["age,city", ...rows].join("\n"));
    const line = "train gan --data people.csv --hidden 8 --latent-dim 2 --name people --steps 2 --every 2";
    const heard = await run(line);
    expect(heard).toMatchObject({ code: 0 });
    expect(heard.err).toMatch(/precision [\d.]+, recall/);
    for (const how of ["--n 6", "--n 2 --walk 3"]) {
      expect(await run(`sample runs/people ${how} --to new.csv`)).toMatchObject({ code: 0 });
      expect(text("new.csv")).toMatch(/^age,city\n(\d+,(Bern|Basel)\n){6}$/);
    }
    writeFileSync(join(place, "gaps.csv"), "age,city\n,Bern\n24,\n22,Basel\n");
    const filled = await run("complete runs/people --data gaps.csv --steps 3 --to filled.csv");
    expect(filled).toMatchObject({ code: 0, out: expect.stringContaining("Filled 2 gaps in 3 rows") as string });
    expect(text("filled.csv")).toMatch(/^age,city\n\d+,Bern\n24,(Bern|Basel)\n22,Basel\n$/);
  });

  it("hears sounds that begin with silence, and writes new ones", async () => {
    mkdirSync(join(place, "drums"));
    for (let i = 0; i < 4; i++) {
      const samples = Float32Array.from({ length: 64 }, (_, t) => (t < 8 ? 0 : Math.sin(t * (1 + i))));
      writeFileSync(join(place, `drums/${i}.wav`), encodeWav({ samples: ndarray(samples, [1, 64]), rate: 8000 }));
    }
    const line = "train gan --data sounds --folder drums --length 64 --architecture line --channels 2,2 --name drums";
    expect(await run(`${line} --steps 2 --every 2 --batch-size 2`)).toMatchObject({ code: 0 });
    expect(await run("sample runs/drums --n 2 --to new.wav")).toMatchObject({ code: 0 });
    expect(text("runs/drums/report.html")).toMatch(/Sounds made from noise[^]*<audio/);
  });
});

describe("a game that does not work", () => {
  it("is named, with what to try, and its modes are counted", async () => {
    const line = "train gan --data ring --points 300 --hidden 8 --learning-rate 1e-7 --batch-size 8 --name stuck";
    const heard = await run(`${line} --steps 140 --every 140`);
    expect(heard).toMatchObject({ code: 0 });
    expect(heard.err).toMatch(
      /Fréchet distance [\d.]+, modes that are drawn \d, share within 4 σ of a mode [\d.]+, divergence over modes/i,
    );
    for (const said of [heard.err + heard.out, text("runs/stuck/report.html")])
      expect(said).toMatch(/mode collapse since step 0: .* Try: a --penalty-weight ten times .*; --minibatch/);
  });
});

describe("before the first step, refuses", () => {
  it.each([
    ["--data bars --architecture dcgan --channels 2,2,2", "8 divides"],
    ["--data bars --architecture dcgan --channels 2 --batch-size 1", "at least 2 rows under batch normalisation"],
    ["--data ring --architecture dcgan", "pictures"],
    ["--data ring --conditioning projection", "classes"],
  ])("%s", async (line, words) => {
    const heard = await run(`train gan ${line} --steps 2`);
    expect(heard.code).toBeGreaterThan(0);
    expect(heard.err).toContain(words);
  });
});
