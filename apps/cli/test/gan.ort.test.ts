/** @file GANs from the command line: points and conditional pictures, what the report says of the game, truncated samples. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node } from "@gen/core/node";
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
});

describe("a game that does not work", () => {
  it("is named, with what to try", async () => {
    const line = "train gan --data ring --points 300 --hidden 8 --learning-rate 1e-7 --batch-size 8 --name stuck";
    const heard = await run(`${line} --steps 140 --every 140`);
    expect(heard).toMatchObject({ code: 0 });
    for (const said of [heard.err + heard.out, text("runs/stuck/report.html")])
      expect(said).toMatch(/mode collapse since step 0: .* Try: give the discriminator a penalty on its slope/);
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
