/** @file What a command is given by the process, so that a test can give something else. */
import type { Runtime } from "@gen/core";
import type { DataSource } from "./data-source.js";
import type { Output, Terminal } from "./output/output.js";
import type { Signals } from "./output/interrupt.js";
import type { Recipe } from "./recipe.js";
import type { Registry } from "./registry.js";

/** What to compute with: a device ("cpu" unless given) and its threads (all cores unless given). */
export interface Compute {
  readonly device?: "cpu" | "webgpu" | "wasm" | "auto";
  readonly threads?: number | undefined;
}

/** The outside world. */
export interface World {
  readonly terminal: Terminal;
  readonly signals: Signals;
  readonly cwd: string;
  /** What the user types, line by line. */
  readonly lines: () => AsyncIterable<string>;
  /** How the user calls this program: "gen". */
  readonly program: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly recipes: Registry<Recipe>;
  readonly sources: Registry<DataSource>;
  openRuntime(compute: Compute): Promise<Runtime>;
}

/** What a running command has. */
export interface Context extends World {
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
