import { afterAll, describe, expect, it } from "vitest";
import { node } from "@gen/core/node";
import { ndarray } from "@gen/core";
import { encodeWav } from "@gen/data";
import { openOwn, type Own } from "../../src/own/own.js";
import { exported } from "../../src/train/export.js";
import { Trainer, type Look } from "../../src/train/training.js";

const runtime = await node({ threads: 1 });
afterAll(() => runtime.close());

const settings = { learningRate: 2e-3, batch: 8 };
const about = { name: "own", data: "", licence: "", recipe: {} };

/** Learns for a few steps, and exports. */
async function learned({ family, points }: Own): Promise<{ look: Look; files: string[] }> {
  const plan = { families: [family], points, settings, seed: 0, steps: 4, turn: 4 };
  const trainer = await Trainer.open(runtime, { ...plan, signal: new AbortController().signal });
  const looks: Look[] = [];
  for await (const look of trainer.looks()) looks.push(look);
  const { card } = await exported({ runtime, trainer, family: family.id, about, checkers: [] });
  await trainer.close();
  return { look: looks.at(-1)!, files: Object.keys(card.files) };
}

const refused = (says: RegExp): object => ({ name: "GenError", message: expect.stringMatching(says) as string });

describe("a table", () => {
  const rows = Array.from(
    { length: 40 },
    (_, i) => `${i % 7},${i % 3 === 0 ? "red" : "blue"},${i % 5 === 0 ? "" : (i / 10).toFixed(1)}`,
  );
  it("is learned with its categories and gaps, and sampled in its own words", async () => {
    const own = await openOwn([new File([["n,colour,size", ...rows].join("\n")], "a.csv")]);
    expect(own.about).toBe("40 rows of n (integer), colour (categorical), size (real)");
    const { look, files } = await learned(own);
    expect(files).toContain("sampler.onnx");
    if (own.shown.as !== "table") throw new Error("expected a table");
    const cells = Array.from(look.samples.subarray(0, 3), (value, column) =>
      own.shown.as === "table" ? own.shown.cell(column, value) : "",
    );
    expect(Number.isInteger(Number(cells[0]))).toBe(true);
    expect(["red", "blue"]).toContain(cells[1]);
  });

  it.each([
    ["too few rows", ["n,m", "1,2"], /at least 20 rows/],
    ["a quote that is open", ["n,m", '"1,2', ...rows], /a\.csv: expected CSV, got .*quote/i],
    ["a line that is longer", ["n,m", ...rows.map(() => "1,2"), "1,2,3"], /expected CSV, got .*line 42/i],
  ])("with %s is refused in a sentence", async (_, lines, says) => {
    await expect(openOwn([new File([lines.join("\n")], "a.csv")])).rejects.toMatchObject(refused(says));
  });
});

describe("a text", () => {
  it("is learned character by character, and written on", async () => {
    const own = await openOwn([new File(["to be or not to be, ".repeat(30)], "a.txt")]);
    expect(own.about).toBe("600 characters, 8 different ones");
    const { look, files } = await learned(own);
    expect(files).toContain("complete.onnx");
    if (own.shown.as === "text") expect(own.shown.text(look.samples)).toMatch(/^[torben ,]{320}$/);
  });

  it("that is too short is refused in a sentence", async () => {
    await expect(openOwn([new File(["to be"], "a.txt")])).rejects.toMatchObject(
      refused(/at least 400 characters, got 5/),
    );
  });
});

describe("a sound", () => {
  const wav = (seconds: number, loud = 1): File => {
    const samples = Float32Array.from({ length: 2 * 16_000 * seconds }, (_, i) => loud * Math.sin(i / 9));
    return new File(
      [encodeWav({ samples: ndarray(samples, [2, 16_000 * seconds]), rate: 16_000 }) as BlobPart],
      "a.wav",
    );
  };
  it("is learned in windows, at a rate that is lower", async () => {
    const own = await openOwn([wav(1)]);
    expect(own.about).toBe("12 windows of 0.26 s at 8000 samples a second");
    const { look } = await learned(own);
    expect(look.samples).toHaveLength(4 * 2048);
    expect(look.samples.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ["too short", wav(0.1), /at least 0\.7 seconds/],
    ["silent", wav(1, 0), /got silence/],
    ["cut off", new File(["RIFF\0\0\0\0WAVE"], "a.wav"), /a\.wav: /],
  ])("that is %s is refused in a sentence", async (_, file, says) => {
    await expect(openOwn([file])).rejects.toMatchObject(refused(says));
  });
});
