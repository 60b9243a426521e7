/** @file `gen train diffusion` on sounds, on a table, on points of the plane; and what is done with the models. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, ndarray, normalDraws, parseCard } from "@gen/core";
import { node } from "@gen/core/node";
import { encodeWav, parseWav } from "@gen/data";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const at = (...path: string[]): string => join(place, ...path);
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const SMALL = "--width 32 --depth 1 --batch-size 8 --steps 12 --every 12 --sampler-steps 3 --average 0";

beforeAll(() => void (place = mkdtempSync(join(tmpdir(), "gen-diffusion-"))));
afterAll(() => rmSync(place, { recursive: true, force: true }));

async function shapeOf(line: string): Promise<number[]> {
  expect(await run(`sample ${line} --to drawn.json`)).toMatchObject({ code: 0 });
  return (JSON.parse(readFileSync(at("drawn.json"), "utf8")) as { shape: number[] }).shape;
}

it("sounds are windows of a folder of WAV files, and are drawn as one", async () => {
  mkdirSync(at("sounds"));
  for (let i = 0; i < 10; i++) {
    const samples = Float32Array.from({ length: 256 }, (_, t) => 0.5 * Math.sin((t + i) * (i % 2 === 0 ? 0.3 : 0.8)));
    writeFileSync(at("sounds", `${i}.wav`), encodeWav({ samples: ndarray(samples, [1, 256]), rate: 8000 }));
  }
  expect(
    await run(
      `train diffusion --data sounds --folder ${at("sounds")} --length 64 --hop 64 ${SMALL.replace("--depth 1", "")} --name sounds`,
    ),
  ).toMatchObject({
    code: 0,
  });
  expect(await shapeOf("runs/sounds --n 2")).toEqual([2, 1, 64]);
  expect(await run("sample runs/sounds --n 2 --to two.wav")).toMatchObject({ code: 0 });
  const { samples, rate } = parseWav(readFileSync(at("two.wav")), { file: "two.wav" });
  expect([rate, ...samples.shape]).toEqual([8000, 1, 2 * (64 + 2000)]);
  expect(readdirSync(at("runs/sounds/samples"))).toContain("samples-0000012.png");
  expect((await run("edit runs/sounds --picture mask.png --to x.png")).err).toContain(
    "expected a model of pictures with edit.onnx",
  );
});

it("a table is learned, drawn as a table, and scored", async () => {
  const z = normalDraws(key(3), 400);
  const lines = Array.from(
    { length: 200 },
    (_, i) => `${(20 + 3 * z[i]!).toFixed(1)},${z[i]! + 0.1 * z[200 + i]! > 0 ? "warm" : "cold"}`,
  );
  writeFileSync(at("days.csv"), `degrees,kind\n${lines.join("\n")}\n`);
  const heard = await run(`train diffusion days.csv ${SMALL} --name days`);
  expect(heard).toMatchObject({ code: 0 });
  expect(await run("sample runs/days --n 5 --to days-drawn.csv")).toMatchObject({ code: 0 });
  const text = readFileSync(at("days-drawn.csv"), "utf8");
  expect(text).toMatch(/^degrees,kind\n(-?[\d.]+,(warm|cold)\n){5}$/);

  writeFileSync(at("gaps.csv"), "degrees,kind\n21.5,\n,cold\n");
  expect(await run("complete runs/days --data gaps.csv --steps 3 --to full.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(at("full.csv"), "utf8")).toMatch(/^degrees,kind\n21\.5,(warm|cold)\n-?[\d.]+,cold\n$/);
  expect((await run("complete runs/days --data gaps.csv --k 3 --to full.csv")).err).toContain("expected no --k");
  expect(await run("score runs/days --to scores.csv")).toMatchObject({ code: 0 });
  const scores = readFileSync(at("scores.csv"), "utf8").trim().split("\n");
  expect(scores.length).toBeGreaterThan(10);
  expect(scores[0]).toContain("log p at least by the variational bound (nats)");
});

it("a table with gaps is learned, drawn without them, filled in, and scored by its bound", async () => {
  const z = normalDraws(key(4), 400);
  const lines = Array.from({ length: 200 }, (_, i) => {
    const [degrees, kind] = [(20 + 3 * z[i]!).toFixed(1), z[i]! + 0.1 * z[200 + i]! > 0 ? "warm" : "cold"];
    return `${i % 5 === 0 ? "" : degrees},${i % 7 === 0 ? "" : kind}`;
  });
  writeFileSync(at("some.csv"), `degrees,kind\n${lines.join("\n")}\n`);
  expect(await run(`train diffusion some.csv ${SMALL} --name some`)).toMatchObject({ code: 0 });
  expect(await run("sample runs/some --n 5 --to some-drawn.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(at("some-drawn.csv"), "utf8")).toMatch(/^degrees,kind\n(-?[\d.]+,(warm|cold)\n){5}$/);
  expect(await run("complete runs/some --data some.csv --steps 3 --to whole.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(at("whole.csv"), "utf8")).toMatch(/^degrees,kind\n(-?[\d.]+,(warm|cold)\n){200}$/);
  expect(await run("score runs/some --to bounds.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(at("bounds.csv"), "utf8")).toMatch(/^row,log p at least \(nats\),bits\/dim/);
});

const POINTS = "--data grid --points 200";

it("what the paper of a model asks for is one option each", async () => {
  const points = `train diffusion ${POINTS} ${SMALL}`;
  const edm = "--process edm --target edm --weighting edm --sampler heun --spacing exponential";
  expect(await run(`${points} ${edm} --name edm`)).toMatchObject({ code: 0 });
  const improved = "--variance learned --sampler ddpm --self-condition --name improved";
  expect(await run(`${points} ${improved}`)).toMatchObject({ code: 0 });
  expect(await run(`${points} --objective consistency --process edm --name one-step`)).toMatchObject({ code: 0 });
  expect(await shapeOf("runs/one-step --n 3 --steps 1")).toEqual([3, 2]);
  expect((await run(`${points} --objective consistency`)).err).toContain("expected --process edm");
});

it("points move in an animation, and are drawn as numbers", async () => {
  expect(readdirSync(at("runs/edm/samples"))).toContain("denoising-animation-0000012.gif");
  expect(await shapeOf("runs/edm --n 3")).toEqual([3, 2]);
});

it("a model of points becomes one of 2 steps, and that one of 1", async () => {
  const distil = `train distil ${POINTS} --batch-size 8 --every 8`;
  expect(await run(`${distil} --teacher runs/edm --sampler-steps 2 --halvings 2 --steps 8 --name two`)).toMatchObject({
    code: 0,
  });
  const card = parseCard(readFileSync(at("runs/two/model/card.json"), "utf8"), { file: "card.json" });
  expect(card.recipe).toMatchObject({ recipe: "distil", options: { process: "edm", samplerSteps: 2, width: 32 } });
  expect(await run(`${distil} --teacher runs/two --sampler-steps 1 --halvings 1 --steps 8 --name one`)).toMatchObject({
    code: 0,
  });
  expect(await shapeOf("runs/one --n 3")).toEqual([3, 2]);
});

it.each([
  ["--data two-moons --teacher runs/edm", "expected the data of the teacher, grid"],
  ["--data grid --points 100 --teacher runs/edm", "expected the data of the teacher, grid"],
  [`${POINTS} --teacher runs/edm --teacher-guidance 2`, "expected a teacher that can be guided"],
  [`${POINTS} --teacher runs/improved`, "a teacher that follows an ODE step by step, got one with self-conditioning"],
  [`${POINTS} --teacher runs/one-step`, "got a consistency model"],
  [`${POINTS} --teacher runs/edm --halvings 9 --steps 4`, "from 1 halving to one an update (4), got 9"],
  [`${POINTS} --teacher runs/nobody`, "expected an exported model, got a place without card.json"],
  [POINTS, "expected --teacher"],
])("a student is told what is wrong: %s", async (options, words) => {
  const { code, err } = await run(`train distil ${options}`);
  expect(code).not.toBe(0);
  expect(err).toContain(words);
});
