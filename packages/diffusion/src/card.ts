/** @file What the card of an exported model says of its levels of noise: what one needs to go on with its network.onnx. */
import { GenError, type Card } from "@gen/core";
import type { Process } from "./forward.js";
import { PROCESSES, type ProcessName } from "./processes.js";

/**
 * The process that a model was trained on, by the name in `recipe.options.process` or `recipe.process` of its card; with it
 * `schedule` gives the levels that network.onnx knows.
 *
 * @throws GenError `format` for a card that does not name one of `PROCESSES`
 */
export function processOf({ name, recipe }: Pick<Card, "name" | "recipe">): Process {
  const of = (value: unknown, field: string): unknown =>
    typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  const process = of(of(recipe, "options"), "process") ?? of(recipe, "process");
  if (typeof process === "string" && Object.hasOwn(PROCESSES, process)) return PROCESSES[process as ProcessName]();
  const got = process === undefined ? "none" : JSON.stringify(process);
  throw new GenError(
    "format",
    `card of ${name}: expected recipe.process, its schedule of noise, one of ${Object.keys(PROCESSES).join(", ")}, got ${got}`,
    { fix: 'export it with recipe: { process: "cosine", … }, or make the process yourself' },
  );
}
