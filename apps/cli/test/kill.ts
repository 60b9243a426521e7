/** @file A law of training: killed at any moment, and resumed, it ends where it would have ended. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { gen, traceOf, type Ended, type Kill } from "./process.js";

const OPTIONS = "train vae --data bars --hidden 16 --latent-dim 2 --batch-size 8";
const CHECKPOINTS = 10;

/** Kills a training so many times, at moments of chance, and compares its end with that of another. */
export async function killAndCompare(place: string, { kills, steps }: { kills: number; steps: number }): Promise<void> {
  const options = `${OPTIONS} --steps ${steps} --every ${steps / CHECKPOINTS} --name`;
  const begin = performance.now();
  expect(await gen(`${options} whole`, place)).toMatchObject({ code: 0 });
  const length = performance.now() - begin;
  const torn = join(place, "runs", "torn");
  const goOn = (kill?: Kill): Promise<Ended> =>
    gen(existsSync(join(torn, "config.json")) ? "resume runs/torn" : `${options} torn`, place, kill);
  for (let i = 0; i < kills; i++) {
    // Some time after a step that it has not come to yet, and that is not its last: it is always at work then.
    const reached = Math.floor(((CHECKPOINTS - 1) * i) / kills) * (steps / CHECKPOINTS);
    const when = (): boolean => newestStep(join(torn, "checkpoints")) >= reached;
    const { code, err } = await goOn({ when, after: (Math.random() * length) / (3 * CHECKPOINTS) });
    expect([code, err]).toEqual([null, expect.any(String)]);
  }
  expect(await goOn()).toMatchObject({ code: 0 });
  expect(traceOf(torn)).toEqual(traceOf(join(place, "runs", "whole")));
}

/** The step of the newest checkpoint; −1 before there is a folder for them. */
function newestStep(folder: string): number {
  if (!existsSync(folder)) return -1;
  const steps = readdirSync(folder).map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...steps);
}
