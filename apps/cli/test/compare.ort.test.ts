/** @file `gen eval a b`: models, data sets, folders of pictures and tables beside each other. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, ndarray, uniformDraws } from "@gen/core";
import { node } from "@gen/core/node";
import { grid } from "@gen/data";
import { encodePng } from "@gen/data/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
/** The rows of a CSV from the last to the first, so that its categories come in another order. */
const swapped = (csv: string): string => {
  const [head, ...rows] = csv.trim().split("\n");
  return `${[head, ...rows.slice(1).reverse()].join("\n")}\n`;
};
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const resultOf = ({ out }: Heard) => JSON.parse(out.trim().split("\n").at(-1)!) as Record<string, unknown>;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-compare-"));
  const line = "train vae --data bars --hidden 16 --latent-dim 2 --batch-size 8 --steps 40 --conditional --name whole";
  expect(await run(line)).toMatchObject({ code: 0 });
  const u = uniformDraws(key(0), 60 * 16);
  for (const [folder, n] of [
    ["many", 60],
    ["few", 5],
  ] as const) {
    mkdirSync(join(place, folder));
    for (let i = 0; i < n; i++) {
      const png = await encodePng(grid(ndarray(u.slice(16 * i, 16 * i + 16), [1, 1, 4, 4]), { gap: 0 }));
      writeFileSync(join(place, folder, `${i}.png`), png);
    }
  }
  const table = (slope: number, seed: number) => {
    const z = uniformDraws(key(seed), 800);
    const rows = Array.from({ length: 400 }, (_, i) => [
      z[2 * i]!,
      slope * z[2 * i]! + z[2 * i + 1]!,
      i % 3 === 0 ? "a" : "b",
    ]);
    return `x,y,kind\n${rows.map((row) => row.join(",")).join("\n")}\n`;
  };
  writeFileSync(join(place, "one.csv"), table(1, 1));
  writeFileSync(join(place, "same.csv"), table(1, 2));
  writeFileSync(join(place, "other.csv"), table(-1, 3));
  writeFileSync(join(place, "swapped.csv"), swapped(table(1, 4)));
  writeFileSync(join(place, "words.csv"), table(1, 5).replaceAll(/,[ab]$/gm, ",7"));
  writeFileSync(join(place, "named.csv"), "p,q\n1,2\n3,4\n");
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("gen eval a b", () => {
  it("compares a run with a data set, looks for copies, and shows it all in the report", async () => {
    const heard = await run("eval runs/whole bars:train --n 50 --copies --json");
    expect(heard).toMatchObject({ code: 0, err: "" });
    const { a, b, by, rows, metrics } = resultOf(heard) as {
      metrics: Record<string, { value: number; low: number }>;
    } & Record<string, unknown>;
    expect({ a, b, by, rows }).toEqual({
      a: "runs/whole",
      b: "bars:train",
      by: "their own numbers",
      rows: { a: 50, b: 50 },
    });
    const names = ["frechet", "kid", "precision", "recall", "density", "coverage", "accuracy", "copied", "nearer"];
    expect(Object.keys(metrics)).toEqual(names);
    expect(metrics["frechet"]!.low).toBeLessThan(metrics["frechet"]!.value);
    const report = readFileSync(join(place, "runs", "whole", "report.html"), "utf8");
    expect(report).toContain("Beside data");
    expect(report).toContain("Fréchet distance");
    const { out } = await run("eval runs/whole/model bars:train --n 50");
    expect(out).toMatch(
      /^50 rows of runs\/whole\/model \(a\) beside 50 of bars:train \(b\), compared by their own numbers\n/,
    );
    expect(out).toMatch(/Fréchet distance\s+\d/);
  });

  it("is nearer to 0 between a set and itself than between a model and noise", async () => {
    const distance = async (line: string) =>
      (resultOf(await run(`eval ${line} --n 60 --json`)) as { metrics: { frechet: { value: number } } }).metrics.frechet
        .value;
    expect(await distance("bars:train bars:train")).toBeCloseTo(0, 6);
    expect(await distance("runs/whole ./many")).toBeGreaterThan(0.5);
    expect(await distance("./many runs/whole")).toBeGreaterThan(0.5);
  });

  it("compares two folders of pictures at a size", async () => {
    expect(await run("eval ./many ./many --size 4 --n 30 --json")).toMatchObject({ code: 0 });
  });

  it("leaves out a Fréchet distance that would take hours, and says what helps", async () => {
    const { code, err, out } = await run("eval ./many ./many --size 32 --n 30");
    expect(code).toBe(0);
    expect(`${err}${out}`).toContain("no Fréchet distance of 3072 numbers a row: name an extractor by --features");
    expect(out).toMatch(/kernel distance/);
    expect(out).not.toMatch(/Fréchet distance\s+\d/);
  });

  it("compares tables by their columns and pairs", async () => {
    const pValues = async (line: string) => {
      const heard = await run(`eval ${line} --json`);
      expect(heard).toMatchObject({ code: 0, err: "" });
      const { pairs } = resultOf(heard) as { pairs: { columns: string[]; pValue: number }[] };
      return pairs.find(({ columns }) => columns.join() === "x,y")!.pValue;
    };
    expect(await pValues("one.csv same.csv")).toBeGreaterThan(0.02);
    expect(await pValues("one.csv other.csv")).toBeLessThan(0.01);
    const kinds = resultOf(await run("eval one.csv swapped.csv --json")) as {
      columns: { column: string; value: number }[];
    };
    expect(kinds.columns.find(({ column }) => column === "kind")!.value).toBeLessThan(0.02);
    const { out } = await run("eval one.csv other.csv");
    expect(out).toMatch(/x with y, total variation .*p < 0\.01/);
  });

  it.each([
    ["runs/whole bars", "bars: expected at least 20 samples to compare, got 7"],
    ["./many bars:train --copies", "expected --copies with a model and a data set by name"],
    ["few runs/whole", "few: expected at least 20 samples to compare, got 5"],
    ["./few ./many", "./few: expected --size with two folders of pictures, got none"],
    [
      "./many one.csv",
      "./many: expected a folder of pictures only beside pictures, got it beside samples of shape [3]",
    ],
    ["./none bars", "./none: expected a run, a model or a folder of pictures, got nothing there"],
    ["runs/none runs/whole", "runs/none: expected a run, a model or a folder of pictures, got nothing there"],
    ["one.csv none.csv", "none.csv: expected a CSV file, got nothing there"],
    ["one.csv named.csv", "expected two sides of one shape, got [3] of one.csv and [2] of named.csv"],
    [
      "one.csv words.csv",
      'column "kind": expected words or numbers on both sides, got words in one.csv and numbers in words.csv',
    ],
    ["runs/whole one.csv", "expected two sides of one shape, got [1, 4, 4] of runs/whole and [3] of one.csv"],
    ["brs:test bars", "did you mean bars?"],
    ["bars:tset bars", "expected bars:train, bars:validation or bars:test, got bars:tset"],
    ["bars:train bars:train --features none.onnx", "none.onnx: it is not there"],
    [
      "bars:train bars:train --features mnist",
      "mnist classifier: expected samples of shape [1, 28, 28], got [1, 4, 4]",
    ],
    ["one.csv same.csv --features mnist", "expected --features and --copies with pictures only, got a table"],
    ["bars:train bars:train --size 8", "expected --size only with two folders of pictures"],
    ["bars:train bars:train --split test", "expected an option it knows, got --split"],
  ])("refuses %s", async (line, message) => {
    const { code, err } = await run(`eval ${line}`);
    expect(code).toBeGreaterThan(0);
    expect(err).toContain(message);
    expect(err).not.toContain("This is a bug");
  });
});
