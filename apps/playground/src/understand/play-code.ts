/** @file The lines that run a shipped model anywhere: what its page does, in a file that a test runs. */
import type { ModelName } from "../../shipped/models.js";

const texts = import.meta.glob<string>("./snippets/play/*.ts", { eager: true, query: "?raw", import: "default" });

export function codeFor(name: ModelName): string {
  const own = texts[`./snippets/play/${name}.ts`];
  return own ?? texts["./snippets/play/flow.ts"]!.replaceAll("checkerboard-flow", name);
}
