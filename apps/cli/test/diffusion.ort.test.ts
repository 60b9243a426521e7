/** @file `gen train diffusion` on pictures with names, and what is done with the model. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseCard } from "@gen/core";
import { node } from "@gen/core/node";
import { decodePicture, writePng } from "@gen/data/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const at = (...path: string[]): string => join(place, ...path);
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const SMALL =
  "--width 32 --depth 1 --batch-size 8 --steps 12 --every 12 --sampler-steps 3 --average 0 --learning-rate 0.005";

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-diffusion-"));
  for (const [i, name] of ["red square", "blue square", "red bar", "blue bar"].entries()) {
    mkdirSync(at("shapes", name.split(" ")[1]!), { recursive: true });
    const colour = name.startsWith("red") ? [255, 0, 0] : [0, 0, 255];
    for (let k = 0; k < 12; k++) {
      const data = new Uint8Array(64 * 3).fill(255);
      for (let p = 0; p < 64; p++) if (p % 8 < (i < 2 ? 5 : 2) && p < 40) data.set(colour, 3 * p);
      const file = at("shapes", name.split(" ")[1]!, `${name.replace(" ", "-")}-${k}.png`);
      await writePng(file, { data, width: 8, height: 8, channels: 3 });
    }
  }
  expect(
    await run(
      `train diffusion ./shapes --size 8 --words --attend-words --conditional --guidance 2 ${SMALL} --name shapes`,
    ),
  ).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The numbers of `gen sample … --to drawn.json`. */
async function drawn(line: string): Promise<{ shape: number[]; data: number[] }> {
  expect(await run(`sample ${line} --to drawn.json`)).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(at("drawn.json"), "utf8")) as { shape: number[]; data: number[] };
}

describe("a model of pictures and the words of their names", () => {
  it("knows its words, and leaves an animation of its samples", () => {
    const card = parseCard(readFileSync(at("runs/shapes/model/card.json"), "utf8"), { file: "card.json" });
    const { words, classes } = card.recipe as { words: string[]; classes: string[] };
    expect(words.slice(0, 4).sort()).toEqual(["bar", "blue", "red", "square"]);
    expect(classes).toEqual(["bar", "square"]);
    const files = readdirSync(at("runs/shapes/samples")).filter((file) => file.startsWith("denoising-animation"));
    expect(files.at(-1)).toBe("denoising-animation-0000012.gif");
    const gif = readFileSync(at("runs/shapes/samples", files.at(-1)!));
    expect(gif.subarray(0, 6).toString("latin1")).toBe("GIF89a");
    const page = readFileSync(at("runs/shapes/report.html"), "utf8");
    expect(page).toContain("data:image/gif;base64,");
    expect(page.match(/data:image\/gif/g)).toHaveLength(1);
    expect(page).toContain("What the steps add to the bound");
    const [curve] = JSON.parse(readFileSync(at("runs/shapes/curves.json"), "utf8")) as { points: { x: number }[] }[];
    expect(curve!.points).toHaveLength(100);
  });

  it("draws by words, by class, and away from words", async () => {
    const plain = await drawn("runs/shapes --n 2 --words square --guidance 3");
    expect(plain.shape).toEqual([2, 3, 8, 8]);
    expect(await drawn("runs/shapes --n 2 --words square --guidance 3")).toEqual(plain);
    expect((await drawn("runs/shapes --n 2 --words bar --guidance 3")).data).not.toEqual(plain.data);
    expect((await drawn("runs/shapes --n 2 --words square --avoid red --guidance 3")).data).not.toEqual(plain.data);
    expect((await drawn("runs/shapes --n 2 --words square --label bar --guidance 3")).data).not.toEqual(plain.data);
    expect((await drawn("runs/shapes --n 2 --words square --label bar --guidance 0")).data).toEqual(
      (await drawn("runs/shapes --n 2 --guidance 0")).data,
    );
  });

  it("changes a picture, fills in a part, walks to another", async () => {
    const picture = "--picture shapes/square/red-square-0.png";
    const mask = new Uint8Array(64).map((_, i) => (i % 8 < 4 ? 255 : 0));
    await writePng(at("mask.png"), { data: mask, width: 8, height: 8, channels: 1 });
    for (const way of [
      "--strength 0.5 --words blue",
      "--mask mask.png",
      "--toward shapes/bar/blue-bar-0.png --label bar",
    ]) {
      const heard = await run(`edit runs/shapes ${picture} ${way} --n 2 --to edited.png`);
      expect(heard).toMatchObject({ code: 0, out: expect.stringContaining("Wrote ") as string });
      // Three pictures of 7 × 8 pixels, or four with the end of a walk, and gaps of 2.
      const columns = way.startsWith("--toward") ? 4 : 3;
      expect(readFileSync(at("edited.png")).readUInt32BE(16)).toBe(columns * (7 * 8 + 2) + 2);
    }
    // What is known stays: the right half of the first picture that was filled in.
    await run(`edit runs/shapes ${picture} --mask mask.png --n 1 --to edited.png`);
    const [width, height] = [2 * 58 + 2, 60];
    const all = await decodePicture(at("edited.png"), { size: [height, width], channels: 3 });
    const pixel = (column: number, x: number): number => all[30 * width + 2 + column * 58 + 7 * x + 3]!;
    for (const x of [4, 6, 7]) expect(pixel(1, x)).toBe(pixel(0, x));
  });

  it("is exported again to draw in another way", async () => {
    const how = "--guidance-high 0.000001 --repeats 3 --sampler-steps 4";
    expect(await run(`export runs/shapes ${how} --to other`)).toMatchObject({ code: 0 });
    const given = "--n 2 --words square --label bar --steps 3";
    const unguided = await drawn(`runs/shapes ${given} --guidance 1`);
    expect(await drawn(`other ${given} --guidance 3`)).toEqual(unguided); // no level is within its interval
    const card = parseCard(readFileSync(at("other/card.json"), "utf8"), { file: "card.json" });
    expect(card.recipe).toMatchObject({ options: { repeats: 3, samplerSteps: 4, guidance: 2 } });
  });

  it.each([
    ["sample runs/shapes --words sqare", "expected words that the model knows, got sqare"],
    ["sample runs/shapes --label circle", "expected a class, one of bar square, got circle"],
    [
      "edit runs/shapes --picture shapes/bar/red-bar-0.png --toward shapes/bar/blue-bar-0.png --to x.png",
      "expected --label, since",
    ],
    [
      "edit runs/shapes --picture shapes/bar/red-bar-0.png --mask m.png --strength 1 --to x.png",
      "expected one of --strength",
    ],
    ["train diffusion ./shapes --size 10 --steps 2", "patches of 4 cover"],
    ["train diffusion ./shapes --size 8 --guidance 2 --steps 2", "expected --conditional or --words for --guidance"],
    [
      "train diffusion ./shapes --conditional --guidance-low 2 --guidance-high 1 --steps 2",
      "0 ≤ low < high, got [2, 1]",
    ],
    ["train diffusion ./shapes --guidance-high 1 --steps 2", "--words for --guidance-high, got neither"],
    ["train diffusion ./shapes --size 8 --network unet --attention 8,5 --steps 2", "some of 8, 4, 2, got 5"],
    ["export runs/shapes --width 64", "expected an option it knows, got --width"],
    ["train diffusion --data bars --words --steps 2", "expected data with names for --words, got data without"],
    ["train diffusion --data rings --network dit --steps 2", "expected rows that --network dit takes, got [2]"],
  ])("is told what is wrong: %s", async (line, words) => {
    const { code, err } = await run(line);
    expect(code).not.toBe(0);
    expect(err).toContain(words);
  });
});
