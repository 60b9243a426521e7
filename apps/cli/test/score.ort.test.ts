/** @file Flows of tables and of points in the plane, the whole way: train, measure, rank new rows, draw under conditions. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, normalDraws, uniformDraws } from "@gen/core";
import { node } from "@gen/core/node";
import { writePng } from "@gen/data/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const lines = (file: string): string[] => readFileSync(join(place, file), "utf8").trim().split("\n");

/** Height follows sex; one city has a comma; some incomes are missing. */
function people(n: number): string {
  const [z, u] = [normalDraws(key(1), 2 * n), uniformDraws(key(2), 3 * n)];
  const rows = Array.from({ length: n }, (_, i) => {
    const sex = u[3 * i]! < 0.5 ? "f" : "m";
    const height = ((sex === "m" ? 178 : 165) + 6 * z[2 * i]!).toFixed(1);
    const city = ["Bern", "Rom", '"Paris, FR"'][Math.floor(3 * u[3 * i + 1]!)]!;
    const income = u[3 * i + 2]! < 0.1 ? "NA" : String(Math.round(20_000 + 4000 * z[2 * i + 1]!));
    return `${i},${sex},${height},${city},${income}`;
  });
  return ["number,sex,height,city,income", ...rows].join("\n");
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-tables-"));
  writeFileSync(join(place, "people.csv"), people(400));
  const line = "train flow --data people.csv --omit number --given sex --hidden 16 --depth 2 --batch-size 64";
  expect(await run(`${line} --steps 120 --every 60 --learning-rate 0.005 --name people`)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("a flow of a CSV file", () => {
  it("is measured, by the trainer and through its file", async () => {
    for (const model of ["runs/people", "runs/people/model --data people.csv --omit number"]) {
      const { code, out } = await run(`eval ${model}`);
      expect(code).toBe(0);
      expect(out).toMatch(/[\d.]+ nats, [\d.]+ bits\/dim on 40 rows of test/);
    }
  });

  it("ranks new rows, whose columns may stand in any order, and finds the outlier", async () => {
    const rows = ["city,income,height,sex", "Bern,20100,177,m", "Rom,21000,120,m", '"Paris, FR",,166.5,f'];
    writeFileSync(join(place, "new.csv"), rows.join("\n"));
    const { code, out } = await run("score runs/people --data new.csv --to scores.csv");
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining("1 of 3 rows with log p(x) <") as string,
    });
    const [head, first, , last] = lines("scores.csv");
    expect(head).toBe("row,log p (nats),bits/dim,held-out rows that are less likely,outlier");
    expect(first).toMatch(/^2,-[\d.]+,[\d.]+,0,yes$/);
    expect(last).toMatch(/no$/);
  });

  it("names what a file lacks", async () => {
    writeFileSync(join(place, "short.csv"), "city,income,size\nBern,1,2");
    expect(await run("score runs/people --data short.csv")).toMatchObject({
      code: 1,
      err: expect.stringContaining('expected a column "sex"') as string,
    });
    writeFileSync(join(place, "town.csv"), "city,income,height,sex\nBrn,1,2,m");
    expect(await run("score runs/people --data town.csv")).toMatchObject({
      err: expect.stringContaining('line 2, column "city": expected one of Bern, Paris, FR, Rom, got "Brn"') as string,
    });
  });

  it("fills the gaps of new rows, and leaves what is known", async () => {
    const rows = ["city,income,height,sex", "Bern,20100,,m", ",21000,165.0,f", '"Paris, FR",,166.5,f'];
    writeFileSync(join(place, "gaps.csv"), rows.join("\n"));
    const { code, err } = await run("complete runs/people --data gaps.csv --to filled.csv --steps 20");
    expect({ code, err }).toMatchObject({ code: 0 });
    const [head, ...filled] = lines("filled.csv");
    const column = (name: string): number => head!.split(",").indexOf(name);
    const cells = filled.map((row) => row.replace('"Paris, FR"', "Paris").split(","));
    expect(cells.map((row) => row[column("sex")])).toEqual(["m", "f", "f"]);
    expect(cells[0]![column("height")]).toMatch(/^\d+(\.\d)?$/);
    expect(cells[1]![column("city")]).toMatch(/^(Bern|Rom|Paris)$/);
    expect(cells[1]!.slice(-4)).toContain("21000");
    expect(cells[2]![column("income")]).toMatch(/^-?\d+$/);
  });

  it("walks from one row to another through its codes, and what it is conditioned on goes along", async () => {
    const rows = ["city,income,height,sex", "Bern,20100,177.0,m", "Rom,,160.0,f", "Bern,20100,177.0,m"];
    writeFileSync(join(place, "ends.csv"), rows.join("\n"));
    const walk = "edit runs/people --data ends.csv --to between.csv";
    expect(await run(`${walk} --toward 2 --n 4`)).toMatchObject({ code: 0 });
    const [head, ...walked] = lines("between.csv");
    expect(head).toBe("height,city,income,sex");
    expect(walked).toHaveLength(6);
    expect(walked[0]).toBe("177,Bern,20100,m");
    expect(walked[5]).toBe("160,Rom,,f");
    expect(walked.map((row) => row.at(-1)).join("")).toBe("mmmfff");
    for (const row of walked) expect(row).toMatch(/^\d+(\.\d)?,(Bern|Rom|"Paris, FR"),(-?\d+)?,[mf]$/);
    // Between two equal rows there is that row.
    expect(await run(`${walk} --toward 3 --n 1`)).toMatchObject({ code: 0 });
    expect(new Set(lines("between.csv").slice(1))).toEqual(new Set(["177,Bern,20100,m"]));
  });

  it.each([
    ["edit runs/people --toward 2 --to x.csv", "expected --data and --toward for a model of a table"],
    ["edit runs/people --data people.csv --row 401 --toward 2 --to x.csv", "expected a row of 1 to 400"],
    ["edit runs/people --data people.csv --toward me.png --to x.csv", "expected the number of a row of the table"],
    ["edit runs/people --data people.csv --toward 2 --label m --to x.csv", "--label only for a model with classes"],
    ["edit runs/people --picture me.png --toward 2 --to x.csv", "expected --picture only for a model of pictures"],
    ["complete runs/people --data people.csv --label m --to x.csv", "--label only for a model with classes"],
  ])("%s", async (line, words) => {
    const heard = await run(line);
    expect(heard.code).toBe(2);
    expect(heard.err).toContain(words);
  });

  it("draws rows under a condition, as CSV", async () => {
    expect(await run("sample runs/people --n 200 --given sex=m --to men.csv")).toMatchObject({ code: 0 });
    const [head, ...rows] = lines("men.csv");
    expect(head).toBe("height,city,income");
    expect(rows).toHaveLength(200);
    for (const row of rows) expect(row).toMatch(/^\d+(\.\d)?,(Bern|Rom|"Paris, FR"),(-?\d+)?$/);
    expect(rows.some((row) => row.endsWith(","))).toBe(true); // gaps are drawn, too
    expect(await run("sample runs/people")).toMatchObject({
      code: 2,
      err: expect.stringContaining("expected --given sex=…, got none") as string,
    });
  });

  it("says of what kind a column is that has a word among its numbers, and which flows take one number", async () => {
    const line = "train flow --steps 1 --model";
    const numbers = Array.from({ length: 40 }, (_, i) => `${i}.5`);
    writeFileSync(
      join(place, "odd.csv"),
      ["size,rooms", "big,3", ...numbers.map((v, i) => `${v},${i % 4}`)].join("\n"),
    );
    expect((await run(`${line} glow --data odd.csv`)).err).toContain(
      'column "size" is taken for 41 categories, since not all are numbers: big',
    );
    writeFileSync(join(place, "one.csv"), ["size", ...numbers].join("\n"));
    expect((await run(`${line} realnvp --data one.csv`)).err).toMatch(
      /at least two numbers for --model realnvp, got one\n.*--model nsf-autoregressive, or maf/,
    );
  });

  it("refuses conditions that are not there, or on everything", async () => {
    expect(await run("train flow --data people.csv --given size")).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        '--given: expected some of the columns number, sex, height, city, income, got "size"',
      ) as string,
    });
    expect(await run("train flow --data two-moons --given x,y")).toMatchObject({ code: 2 });
    expect(await run("train flow --data bars --given x")).toMatchObject({ code: 2 });
  });
});

it("each kind of flow of rows learns points in the plane and shows its density", async () => {
  for (const model of ["nsf-autoregressive", "maf", "cnf", "planar"]) {
    const sizes = { planar: "--depth 2", cnf: "--hidden 8 --solver-steps 4" }[model] ?? "--hidden 8 --depth 2";
    const line = `train flow --data two-moons --points 500 --model ${model} ${sizes}`;
    expect(await run(`${line} --steps 4 --every 4 --batch-size 32 --name ${model}`)).toMatchObject({ code: 0 });
    expect(readdirSync(join(place, "runs", model, "samples"))).toContain("density-0000004.png");
  }
});

it("a flow with classes fills gaps and walks under the class that a column says, or the one that is asked for", async () => {
  const line = "train flow --data people.csv --omit number --label sex --conditional --model nice --hidden 8 --depth 1";
  expect(await run(`${line} --steps 8 --batch-size 32 --name classes`)).toMatchObject({ code: 0 });
  writeFileSync(join(place, "classes.csv"), "city,income,height,sex\nBern,20100,,m\nRom,20000,166.0,f");
  expect(await run("complete runs/classes --data classes.csv --steps 5 --to full.csv")).toMatchObject({ code: 0 });
  const [head, ...rows] = lines("full.csv");
  expect(head).toBe("height,city,income,sex");
  expect(rows.map((row) => row.at(-1))).toEqual(["m", "f"]);
  const walk = "edit runs/classes --data classes.csv --row 2 --toward 2 --n 1 --to walk.csv";
  expect(await run(walk)).toMatchObject({ code: 0 });
  expect(lines("walk.csv").slice(1)).toEqual(["166,Rom,20000", "166,Rom,20000", "166,Rom,20000"]);

  writeFileSync(join(place, "open.csv"), "city,income,height\nBern,20100,\nRom,20000,166.0");
  expect(await run("complete runs/classes --data open.csv --label m --steps 5 --to full.csv")).toMatchObject({
    code: 0,
  });
  expect(lines("full.csv")[0]).toBe("height,city,income");
  expect((await run("complete runs/classes --data open.csv --to full.csv")).err).toContain('"sex"');
  expect((await run("complete runs/classes --data open.csv --label x --to full.csv")).err).toContain(
    "a class, one of f m, got x",
  );
  expect((await run("edit runs/classes --data open.csv --row 2 --toward 2 --to walk.csv")).err).toContain(
    "is conditioned on classes, got none",
  );
});

it("a flow of pictures scores a folder of them, and fills in their hidden half", async () => {
  const line = "train flow --data bars --model glow --levels 2 --depth 1 --channels 4 --batch-size 16 --conditional";
  expect(await run(`${line} --steps 20 --every 10 --name bars`)).toMatchObject({ code: 0 });
  mkdirSync(join(place, "pictures"));
  for (let i = 0; i < 3; i++) {
    const data = Uint8Array.from({ length: 16 }, (_, k) => (Math.floor(k / 4) === i ? 250 : 0));
    await writePng(join(place, "pictures", `${i}.png`), { data, width: 4, height: 4, channels: 1 });
  }
  const scored = await run("score runs/bars --data pictures --label first --order data --to scores-of-bars.csv");
  expect(scored).toMatchObject({ code: 0 });
  const [head, ...rows] = lines("scores-of-bars.csv");
  expect(head).toMatch(/log p \(nats\),bits\/dim/);
  expect(rows).toHaveLength(3);
  const complete = "complete runs/bars --data pictures --keep 0.5 --steps 5 --to whole.png";
  expect((await run(complete)).err).toContain("0.png: expected a class of the model, one of first second third fourth");
  const filled = await run(`${complete} --label first`);
  expect(filled).toMatchObject({ code: 0 });
  expect(existsSync(join(place, "whole.png"))).toBe(true);
  const walk = "edit runs/bars --picture pictures/0.png --toward pictures/2.png --n 1 --to walk.png";
  expect((await run(walk)).err).toContain("is conditioned on classes, got none");
  expect(await run(`${walk} --label second`)).toMatchObject({ code: 0 });
  expect(readFileSync(join(place, "walk.png")).readUInt32BE(16)).toBe(3 * (14 * 4 + 2) + 2); // both ends, one between
});
