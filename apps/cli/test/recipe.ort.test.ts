/** @file A recipe of the user's own, in TypeScript: `gen train ./my-recipe.ts`. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gen } from "./process.js";

// Inside the package, so that the module finds @gen/cli as one in a project that installed it would.
const place = fileURLToPath(new URL(`fixtures/.recipe-${process.pid}`, import.meta.url));
beforeAll(() => {
  mkdirSync(place);
  copyFileSync(join(place, "../recipe.ts"), join(place, "mine.ts"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

it("is trained, interrupted or not, exported, drawn from and measured like any other", async () => {
  const line = "train ./mine.ts --data bars --steps 20 --every 10 --batch-size 8 --learning-rate 0.2";
  const first = await gen(`${line} --name first`, place);
  expect(first).toMatchObject({ code: 0, out: expect.stringContaining("Trained pixels for 20 steps") as string });
  expect(JSON.parse(readFileSync(join(place, "runs/first/config.json"), "utf8"))).toMatchObject({
    recipe: join(place, "mine.ts"),
    options: { data: "bars", learningRate: 0.2 },
  });
  expect(JSON.parse(readFileSync(join(place, "runs/first/model/card.json"), "utf8"))).toMatchObject({
    family: "pixels",
    recipe: { recipe: "mine.ts" },
  });
  expect(await gen("sample runs/first --n 4", place)).toMatchObject({ code: 0 });
  expect(await gen("eval runs/first", place)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^−log p\(x\) [\d.]+ nats on 7 rows/) as string,
  });
  expect(await gen("eval runs/first/model", place)).toMatchObject({
    code: 2,
    err: expect.stringContaining("expected a model with logprob.onnx, got sampler.onnx") as string,
  });

  writeFileSync(join(place, "mine.ts"), `${readFileSync(join(place, "mine.ts"), "utf8")}\n// changed\n`);
  const resumed = await gen("resume runs/first --steps 22", place);
  expect(resumed).toMatchObject({ code: 0, err: expect.stringContaining("has changed since the run began") as string });
});

it("with an option that it does not have is told so", async () => {
  expect(await gen("train ./mine.ts --data bars --learning-rat 1", place)).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean --learning-rate?") as string,
  });
});
