/** @file A law of training: killed at any moment, and resumed, it ends where it would have ended. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { gen, traceOf, type Ended } from "./process.js";

const OPTIONS = "train vae --data bars --hidden 16 --latent-dim 2 --batch-size 8";

/** Kills a training so many times, at moments of chance, and compares its end with that of another. */
export async function killAndCompare(place: string, { kills, steps }: { kills: number; steps: number }): Promise<void> {
  const options = `${OPTIONS} --steps ${steps} --every ${steps / 10} --name`;
  const begin = performance.now();
  expect(await gen(`${options} whole`, place)).toMatchObject({ code: 0 });
  const length = performance.now() - begin;
  const torn = join(place, "runs", "torn");
  const goOn = (killAfter?: number): Promise<Ended> =>
    gen(existsSync(join(torn, "config.json")) ? "resume runs/torn" : `${options} torn`, place, killAfter);
  const span = Math.min(0.6, 2.5 / kills); // short enough that the last kill still finds it at work
  let killed = 0;
  for (let i = 0; i < kills; i++) {
    const { code, err } = await goOn(length * (0.25 + Math.random() * span));
    if (code === null) killed++;
    else expect([code, err]).toEqual([0, expect.any(String)]); // it was faster this time, or has nothing left to do
  }
  expect(killed).toBeGreaterThanOrEqual(kills / 2);
  expect(await goOn()).toMatchObject({ code: 0 });
  expect(traceOf(torn)).toEqual(traceOf(join(place, "runs", "whole")));
}
