/** @file log p(x) of held-out rows by importance sampling: what papers report. */
import { evaluate } from "@gen/core";
import { logProb, type LogProbOptions, type Vae } from "@gen/vae";
import type { EvaluationRequest, Live } from "../recipe.js";
import { defineOptions } from "../schema/schema.js";
import { slice } from "../sources/views.js";

export const logProbabilityOptions = defineOptions({
  k: { kind: "integer", default: 100, min: 1, description: "Draws of z for each row; papers use 5000" },
});

/** How a model of some data is fed. */
export type Feeding = Pick<LogProbOptions, "pixels" | "masked">;

/** Rows that are measured at once. */
const CHUNK = 100;

/** @returns `logProb`: the mean of −log p(x), in nats */
export async function logProbability(
  vae: Vae,
  live: Live,
  { feeding, ...request }: EvaluationRequest<typeof logProbabilityOptions.fields> & { readonly feeding: Feeding },
): Promise<Record<string, number>> {
  const { rows, key, signal } = request;
  const program = logProb(vae, { n: CHUNK, k: request.options.k, ...feeding });
  let sum = 0;
  for (let start = 0; start < rows.length; start += CHUNK) {
    const end = Math.min(rows.length, start + CHUNK);
    const means = await evaluate(program, slice(rows, start, end), { ...live, key, signal });
    sum += means["logProb"]!.mean * (end - start);
    request.onProgress(end / rows.length);
  }
  return { logProb: -sum / rows.length };
}
