/** @file A CSV file with gaps, the whole way: learned from, reported, exported, drawn from, filled in, measured. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, parseCard, uniformDraws } from "@gen/core";
import { node } from "@gen/core/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-table-"));
  writeFileSync(join(place, "flats.csv"), flats(400));
  expect(await run(`${TRAIN} --name flats`)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const TRAIN = "train vae --data flats.csv --hidden 24 --latent-dim 2 --batch-size 32 --steps 200 --learning-rate 0.01";
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const at = (...path: string[]): string => join(place, ...path);
const cells = (file: string): string[][] =>
  readFileSync(at(file), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));

/** Rooms, town (one has a name with a comma), area and price, all of them tied, some of them missing. */
function flats(n: number): string {
  const u = uniformDraws(key(3), 6 * n);
  const lines = Array.from({ length: n }, (_, i) => {
    const [a, b, c, ...gaps] = u.subarray(6 * i, 6 * i + 6) as unknown as [number, number, number, ...number[]];
    const rooms = 1 + Math.floor(5 * a);
    const area = 18 * rooms + Math.round(60 * b) / 10;
    const price = Math.round(area * (c < 0.5 ? 1500 : 3000));
    const words = [String(rooms), c < 0.5 ? "Ulm" : '"Halle, Saale"', area.toFixed(1), String(price)];
    return words.map((word, j) => (j < 3 && gaps[j]! < 0.08 ? "" : word)).join(",");
  });
  return `rooms,town,area,price\n${lines.join("\n")}\n`;
}

describe("a model of a table", () => {
  it("learns, and its report says how its files were checked", () => {
    const lines = readFileSync(at("runs", "flats", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const nats = lines.flatMap(
      (line) => (JSON.parse(line) as { validation?: { nats: number } }).validation?.nats ?? [],
    );
    expect(nats.at(-1)).toBeLessThan(nats[0]! - 0.3);
    expect(readFileSync(at("runs", "flats", "report.html"), "utf8")).toContain("complete.onnx");
  });

  it("says in its card what each column is", () => {
    const card = parseCard(readFileSync(at("runs", "flats", "model", "card.json"), "utf8"), { file: "card.json" });
    expect(card.codec).toMatchObject({ kind: "table", gaps: "mask" });
    expect(card.files["complete.onnx"]!.inputs.map(({ name }) => name)).toEqual(["x", "mask", "seed", "rounds", "k"]);
    expect(card.files["logprob.onnx"]!.inputs[0]!.description).toContain("price (multiples of 1,");
    expect(card.recipe).toMatchObject({ options: { data: "./flats.csv" } });
  });

  it("draws rows as a table, whatever is asked for", async () => {
    expect(await run("sample runs/flats --n 5 --to drawn.csv")).toMatchObject({ code: 0 });
    const text = readFileSync(at("drawn.csv"), "utf8");
    expect(text).toMatch(/^rooms,town,area,price\n/);
    expect(text.trim().split("\n")).toHaveLength(6);
    for (const line of text.trim().split("\n").slice(1)) {
      expect(line).toMatch(/^-?\d+,(Ulm|"Halle, Saale"),-?\d+(\.\d)?,-?\d+$/);
    }
    expect(await run("sample runs/flats --n 5 --to drawn.json")).toMatchObject({ code: 0 });
    expect(await run("sample runs/flats --n 5 --to drawn.png")).toMatchObject({ code: 2 });
    expect(await run("sample runs/flats --n 5 --to drawn.csv --scale 2")).toMatchObject({ code: 2 });
  });

  it("fills in what is missing, and leaves the rest as it was", async () => {
    const rows = ["price,rooms,area,town,note", "80000,,54.1,Ulm,first", ",3,56,,second", "150000,3,50.4,Ulm,third"];
    writeFileSync(at("gaps.csv"), `${rows.join("\n")}\n`);
    const heard = await run("complete runs/flats --data gaps.csv --to filled.csv --json");
    expect(heard).toMatchObject({ code: 0 });
    expect(heard.out).toContain('"gaps":3');
    const [head, first, second, third] = cells("filled.csv");
    expect(head).toEqual(["rooms", "town", "area", "price"]);
    expect(first!.slice(1)).toEqual(["Ulm", "54.1", "80000"]);
    expect(Number(first![0])).toBeGreaterThan(0);
    expect(second!.every((word) => word !== "")).toBe(true);
    expect(third).toEqual(["3", "Ulm", "50.4", "150000"]);
  });

  it("is measured by the run and by its own file alike", async () => {
    const measured = async (line: string): Promise<number> => {
      const { out } = await run(line);
      return (JSON.parse(out.trim().split("\n").at(-1)!) as { metrics: { logProb: number } }).metrics.logProb;
    };
    const byRun = await measured("eval runs/flats --k 50 --json");
    expect(Math.abs((await measured("eval runs/flats/model --k 50 --data flats.csv --json")) - byRun)).toBeLessThan(
      0.5,
    );
  });

  it("is exported in 16 bits, its prices none the worse", async () => {
    expect(await run("export runs/flats --to half --precision f16")).toMatchObject({ code: 0 });
  });
});

describe("what a table cannot be", () => {
  it.each([
    [`${TRAIN} --likelihood gaussian`, 2, "expected pictures for --likelihood gaussian, got a table"],
    [
      "train vae --data flats.csv --architecture convolutional --steps 2",
      2,
      "expected pictures for --architecture convolutional, got a table",
    ],
    ["train vae --data none.csv --steps 2", 1, "none.csv"],
    ["train vae --data flats.csv --label town --omit colour --steps 2", 2, "colour"],
    ["complete runs/flats --data none.csv --to x.csv", 1, "expected a CSV file, got none"],
  ])("%s", async (line, code, words) => {
    const heard = await run(line);
    expect(heard.code).toBe(code);
    expect(heard.err).toContain(words);
  });

  it("is refused with file, line and column", async () => {
    writeFileSync(at("odd.csv"), "rooms,town,area,price\n2,Ulm,30,50000\n2,Rome,30,50000\n");
    const odd = await run("complete runs/flats --data odd.csv --to x.csv");
    expect(odd).toMatchObject({ code: 1, err: expect.stringMatching(/odd\.csv.*line 3.*town[^]*Rome/) as string });
    writeFileSync(at("few.csv"), "rooms,town\n2,Ulm\n");
    const few = await run("complete runs/flats --data few.csv --to x.csv");
    expect(few.err).toContain('got "area"');
  });

  it("is a picture", async () => {
    expect(await run("train vae --data bars --hidden 8 --latent-dim 2 --steps 2 --name bars")).toMatchObject({
      code: 0,
    });
    const heard = await run("complete runs/bars --data flats.csv --to x.csv");
    expect(heard.err).toContain("expected a .png for pictures, got");
  });
});
