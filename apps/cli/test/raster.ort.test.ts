/** @file Models that draw one number after the other, the whole way: learned, exported, drawn from, gone on with. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { node } from "@gen/core/node";
import { decodePicture, writePng } from "@gen/data/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-raster-"));
  mkdirSync(at("half"));
  const data = Uint8Array.from({ length: 16 }, (_, i) => (i < 4 ? 255 : 0));
  for (const name of ["a.png", "b.png"]) await writePng(at("half", name), { data, width: 4, height: 4, channels: 1 });
  writeFileSync(at("bits.csv"), `a,b\n${"0,1\n1,0\n1,1\n".repeat(20)}`);
  writeFileSync(at("reals.csv"), `a,b\n${"0.5,2.25\n1.5,-1\n0.25,3\n".repeat(20)}`);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const at = (...path: string[]): string => join(place, ...path);

it.each([
  ["pixelcnn", "--channels 4 --depth 1"],
  ["nade", "--hidden 4"],
  ["made", "--hidden 4 --orders 2"],
])("gen train %s learns pictures, and gen complete goes on with half-erased ones", async (recipe, options) => {
  const trained = await run(`train ${recipe} --data bars ${options} --steps 2 --batch-size 8 --name ${recipe}`);
  expect(trained).toMatchObject({ code: 0 });
  expect(readFileSync(at("runs", recipe, "report.html"), "utf8")).toContain("Completions");
  const heard = await run(`complete runs/${recipe} --data half --keep 0.5 --variants 2 --scale 1 --to ${recipe}.png`);
  expect(heard).toMatchObject({ code: 0, err: "" });
  const [wide, high] = [2 * (4 + 2) + 2, 4 * (4 + 2) + 2]; // a gap of 2 around each picture
  const pixels = await decodePicture(at(`${recipe}.png`), { size: [high, wide], channels: 1, background: 0 });
  const line = (picture: number, row: number): number[] => {
    const start = (2 + picture * 6 + row) * wide + 2;
    return Array.from(pixels.subarray(start, start + 4));
  };
  for (const picture of [0, 1, 2, 3]) expect(line(picture, 0)).toEqual([255, 255, 255, 255]); // as given
  expect([line(0, 2), line(1, 2)]).toEqual([
    [0, 0, 0, 0],
    [128, 128, 128, 128], // not given
  ]);
});

it("gen train made learns a table of real numbers in its units", async () => {
  const line =
    "train made --data reals.csv --law mixture --components 2 --hidden 4 --steps 2 --batch-size 8 --name reals";
  expect(await run(line)).toMatchObject({ code: 0 });
  expect(await run("sample runs/reals --n 3 --to drawn.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(at("drawn.csv"), "utf8").split("\n")[0]).toBe("a,b");
});

it.each([
  ["train nade --data reals.csv --steps 2", "row 0, number 0: expected 0 or 1, got 0.25"],
  ["train made --data bars --law mixture --steps 2", "expected a table for --law mixture, got pictures"],
  ["complete runs/nade --data half --k 3 --to x.png", "expected --k only for a model of a table"],
  ["complete runs/nade --data none --to x.png", "expected a folder of PNG, JPEG or WebP files, got none"],
  ["complete runs/nade --data half --to x.csv", "expected a .png for pictures"],
])("%s is refused", async (line, words) => {
  expect((await run(line)).err).toContain(words);
});
