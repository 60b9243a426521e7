/** @file The five models of the Compare page: trained on two moons as the Train page would, their weights in one file. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, paths } from "@gen/core";
import { node } from "@gen/core/node";
import { cloud } from "../src/train/densities.js";
import { FAMILIES } from "../src/train/families.js";
import { Trainer } from "../src/train/training.js";

const STEPS = 1500;
const PLACE = join(import.meta.dirname, "../src/compare/moons.safetensors");

const runtime = await node({ threads: 1, device: "cpu" });
const settings = { learningRate: 2e-3, batch: 256 };
const plan = { points: cloud("moons", 0, []), settings, seed: 0, steps: STEPS, turn: 250 };
const trainer = await Trainer.open(runtime, { ...plan, families: FAMILIES, signal: new AbortController().signal });
for await (const { family, steps, losses } of trainer.looks())
  console.log(`${family} ${steps} ${(losses.reduce((a, b) => a + b, 0) / losses.length).toFixed(3)}`);
const weights = FAMILIES.map(async ({ id }) => {
  const { states } = await trainer.standing(id);
  return [...paths(trainer.trained(id)!.course.model).keys()].map((name) => [`${id}/${name}`, states[name]!] as const);
});
const named = Object.fromEntries((await Promise.all(weights)).flat());
await writeFile(PLACE, encodeSafetensors(named, { steps: String(STEPS) }));
await trainer.close();
await runtime.close();
