/** @file A folder of text, the whole way: learned from, exported with its tokenizer, written on with every way of choosing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node } from "@gen/core/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-text-"));
  mkdirSync(join(place, "notes"));
  writeFileSync(join(place, "notes", "a.md"), "the cat sat on the mat. ".repeat(60));
  writeFileSync(join(place, "notes", "b.txt"), "the dog sat on the log. ".repeat(60));
  const options = "--steps 40 --layers 1 --features 16 --heads 2 --context 16 --learning-rate 0.01 --name cats";
  expect(await run(`train gpt ./notes ${options}`)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("a model of a folder of text", () => {
  it("is exported beside its tokenizer", () => {
    const file = join(place, "runs", "cats", "model", "tokenizer.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ model: { type: "BPE" } });
  });

  it("writes the same for a seed, and what an expression says", async () => {
    const [a, b] = [
      await run("write runs/cats --prompt the --seed 3"),
      await run("write runs/cats --prompt the --seed 3"),
    ];
    expect(a.code).toBe(0);
    expect(a.out.length).toBeGreaterThan(200);
    expect(a.out).toBe(b.out);
    const told = await run("write runs/cats --prompt the --matching (?:cat|dog) --json --no-repeat 3 --top-p 0.9");
    expect(JSON.parse(told.out.trim().split("\n").at(-1)!)).toMatchObject({ finish: "complete" });
    expect(told.out).toMatch(/"text":"(?:cat|dog)"/);
  });

  it.each([
    ["write runs/cats --prompt the --greedy --temperature 2", "no temperature beside greedy"],
    ["write runs/cats --prompt Ω", 'got "Ω"'],
    ["write runs/cats --prompt the --matching X", "a constraint that none meets"],
    ["sample runs/cats", "gen write runs/cats"],
    ["train gpt ./notes --data ./notes", "expected the data once"],
    ["train gpt --data bars", "gpt: expected text"],
  ])("says what is wrong: %s", async (line, message) => {
    const { code, err } = await run(line);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });
});
