/** @file The samplers by name, with their usual options. */
import { GenError } from "@gen/core";
import type { Sampler } from "./sampler.js";
import { consistency } from "./samplers/consistency.js";
import { ddim } from "./samplers/ddim.js";
import { ddpm } from "./samplers/ddpm.js";
import { dpmSolver2mSde } from "./samplers/dpm-solver-sde.js";
import { dpmSolver2m } from "./samplers/dpm-solver.js";
import { eulerAncestral } from "./samplers/euler-ancestral.js";
import { euler } from "./samplers/euler.js";
import { heun } from "./samplers/heun.js";
import { uniPc } from "./samplers/uni-pc.js";

export const SAMPLERS = {
  ddpm: ddpm(),
  ddim: ddim(),
  euler,
  "euler-ancestral": eulerAncestral,
  heun,
  "dpm-solver-2m": dpmSolver2m,
  "dpm-solver-2m-sde": dpmSolver2mSde(),
  "uni-pc": uniPc,
  consistency,
} as const satisfies Record<string, Sampler>;

export type SamplerName = keyof typeof SAMPLERS;

/** @throws GenError `option` for a name that is none */
export function samplerOf(sampler: SamplerName | Sampler): Sampler {
  if (typeof sampler === "object") return sampler;
  if (Object.hasOwn(SAMPLERS, sampler)) return SAMPLERS[sampler];
  throw new GenError(
    "option",
    `sampler: expected one of ${Object.keys(SAMPLERS).join(", ")}, got "${sampler as string}"`,
  );
}
