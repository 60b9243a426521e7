import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../src/commands/index.js";
import { recipes } from "../src/recipes/index.js";
import { mergeSchemas } from "../src/schema/schema.js";
import { sources } from "../src/sources/index.js";
import { sectionsOf } from "../src/train/plan.js";
import { testWorld } from "./world.js";

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "gen-cli-"));
  mkdirSync(join(place, "runs", "old"), { recursive: true });
  writeFileSync(
    join(place, "runs", "old", "config.json"),
    '{ "recipe": "vae", "options": { "data": "bars", "latentDims": 3 } }',
  );
  mkdirSync(join(place, "runs", "good"));
  writeFileSync(join(place, "runs", "good", "config.json"), '{ "recipe": "vae", "options": { "data": "bars" } }');
  writeFileSync(join(place, "bad.json"), '{ "recipe": "vae", "options": { "data": "bars", "beta": "big" } }');
  writeFileSync(join(place, "empty.mjs"), "export const nothing = 1;");
  writeFileSync(join(place, "torn.mjs"), "export const");
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const run = (line: string) => testWorld(place).run(line);

describe("help", () => {
  it.each(["", ...commands.map(({ name }) => name)])("of gen %s", async (name) => {
    const { code, out, err } = await run(`${name} --help`);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatchSnapshot();
  });

  it("of a recipe and a data set has their options", async () => {
    const { out } = await run("train vae --data bars --help");
    expect(out).toMatchSnapshot();
  });

  it("is what one gets for nothing, but that is an error", async () => {
    expect(await run("")).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("Usage: gen <command>") as string,
    });
  });
});

it("the version is that of the package", async () => {
  expect((await run("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(JSON.parse((await run("--version --json")).out)).toHaveProperty("version");
});

it("every recipe can learn from every data set: no two of their options have one name", () => {
  for (const recipe of recipes.all) {
    for (const source of sources.all) {
      const choice = { loaded: { recipe }, source, data: source.name, cwd: "/" };
      expect(() => mergeSchemas(sectionsOf(choice).map(({ schema }) => schema))).not.toThrow();
    }
  }
});

describe("a wrong command line", () => {
  it.each([
    [
      "trian",
      2,
      "gen: gen: expected the name of a command, got trian\n  fix: did you mean train? there are: start, train, ",
    ],
    ["--verbose", 2, "gen: gen: expected the name of a command, got --verbose"],
    ["train", 2, "gen: gen train: expected a recipe first, got none\n  fix: gen train vae"],
    ["train vea", 2, "expected the name of a recipe, got vea\n  fix: did you mean vae?"],
    ["train vae --data bras", 2, "--data: expected the name of a data set, got bras\n  fix: did you mean bars?"],
    [
      "train vae --data bars --latent-dims 3",
      2,
      "gen train: expected an option it knows, got --latent-dims\n  fix: did you mean --latent-dim?",
    ],
    ["train vae --data bars --shade 300", 2, "gen train: --shade: expected a whole number ≥ 100 and ≤ 255, got 300"],
    [
      "train vae --data bars --channels 8",
      2,
      "gen train: expected --channels only with --architecture convolutional, got it where it has no effect",
    ],
    [
      "train vae --data bars --objective iwae --free-bits 1",
      2,
      "gen train: expected --free-bits only with --objective elbo, got it where it has no effect",
    ],
    ["train vae --data bars --steps 0", 2, "gen train: --steps: expected a whole number ≥ 1, got 0"],
    [
      "train vae --data bars --name ../x",
      2,
      "--name: expected letters, digits, dots, hyphens and underscores, got ../x",
    ],
    ["train vae more --data bars", 2, "gen train: expected the data once, got more and --data"],
    ["train --config none.json", 1, "none.json"],
    ["train --config bad.json", 2, "gen train: beta: expected a number ≥ 0, got big"],
    ["train vae --resume runs/old", 2, "expected no recipe beside --resume, got vae"],
    ["train --resume runs/old --seed 3", 2, "gen train: expected an option it knows, got --seed"],
    ["train ./none.ts", 1, "./none.ts: expected a module with a recipe, got nothing there"],
    ["train ./empty.mjs", 1, "./empty.mjs: expected one export made by defineRecipe, got 0"],
    ["train ./torn.mjs", 1, "./torn.mjs: expected a module that loads, got "],
    [
      "resume runs/old",
      2,
      "runs/old/config.json: expected an option it knows, got latentDims\n  fix: did you mean latentDim?",
    ],
    ["resume runs/none", 1, "expected the folder of a run, got nothing there\n  fix: there are: "],
    ["resume", 2, "gen resume: expected the folder of a run, got nothing"],
    ["report .", 1, "expected the folder of a run, got a place without config.json"],
    [
      "sample runs/old",
      1,
      "runs/old: expected an exported model, got a place without card.json\n  fix: gen export runs/old",
    ],
    ["sample runs/old --n 0", 2, "gen sample: --n: expected a whole number ≥ 1, got 0"],
    [
      "eval runs/good --split tets",
      2,
      "gen eval: --split: expected validation or test, got tets\n  fix: did you mean test?",
    ],
  ])("gen %s", async (line, code, message) => {
    const heard = await run(line);
    expect(heard.err).toContain(message);
    expect(heard).toMatchObject({ code, out: "" });
  });

  it("is one JSON object for machines", async () => {
    const { code, out, err } = await run("train vea --json");
    expect([code, err]).toEqual([2, ""]);
    expect(JSON.parse(out)).toEqual({
      event: "error",
      code: "option",
      message: "gen train: expected the name of a recipe, got vea",
      fix: expect.stringMatching(/^did you mean vae\? there are: vae, /) as string,
    });
  });

  it("that meets a bug of ours says so", async () => {
    const { code, err } = await run("train vae --data bars");
    expect(code).toBe(1);
    expect(err).toContain("TypeError: nothing to compute on");
    expect(err).toContain("This is a bug of gen");
  });
});
