/** @file A world without a terminal, for tests: it remembers what was said, and its data are a few small pictures. */
import { arrays, ndarray, type NdArray, type Runtime } from "@gen/core";
import { runCli } from "../src/cli.js";
import { commands } from "../src/commands/index.js";
import type { World } from "../src/context.js";
import { defineDataSource } from "../src/data-source.js";
import { recipes } from "../src/recipes/index.js";
import { Registry } from "../src/registry.js";
import { toySources } from "../src/sources/toys.js";
import { folderSource } from "../src/sources/folder.js";
import { soundsSource } from "../src/sources/sounds.js";
import { midiSource } from "../src/sources/midi.js";
import { tableSource } from "../src/sources/table.js";
import { answersSource } from "../src/sources/answers.js";
import { textSource } from "../src/sources/text.js";
import { defineOptions } from "../src/schema/schema.js";

/** 4 × 4 pictures of a bright row or column, whose position is the class. */
function pictures(n: number, shade: number): { x: NdArray; label: NdArray } {
  const x = new Uint8Array(n * 16);
  const label = Int32Array.from({ length: n }, (_, i) => i % 4);
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < 4; t++) x[i * 16 + (i % 8 < 4 ? label[i]! * 4 + t : t * 4 + label[i]!)] = shade - (i % 3) * 20;
  }
  return { x: ndarray(x, [n, 1, 4, 4], "u8"), label: ndarray(label, [n], "i32") };
}

export const bars = defineDataSource({
  name: "bars",
  summary: "Bright rows and columns, 4 × 4",
  options: defineOptions({
    shade: { kind: "integer", default: 250, min: 100, max: 255, description: "Of a bright pixel" },
  }),
  open: async ({ shade }) => ({
    train: arrays(pictures(64, shade)),
    validation: arrays(pictures(10, shade)),
    test: arrays(pictures(7, shade)),
    about: "bars, 4 × 4",
    classes: ["first", "second", "third", "fourth"],
  }),
});

export const testSources = new Registry("data set", [
  bars,
  ...toySources,
  folderSource,
  soundsSource,
  midiSource,
  tableSource,
  textSource,
  answersSource,
]);

export interface Heard {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestWorld {
  /** Runs a command line. @param onText hears all that is said, and may press Ctrl-C */
  run(line: string, onText?: (text: string, press: () => void) => void): Promise<Heard>;
}

/**
 * @param openRuntime what computes; absent where nothing is to be computed
 * @param lines what the user types
 */
export function testWorld(cwd: string, openRuntime?: () => Promise<Runtime>, lines: readonly string[] = []): TestWorld {
  return {
    async run(line, onText) {
      let out = "";
      let err = "";
      let press = (): void => undefined;
      const world: World = {
        terminal: {
          out: (text) => {
            out += text;
            onText?.(text, press);
          },
          err: (text) => {
            err += text;
            onText?.(text, press);
          },
          live: false,
          columns: 100,
          unicode: true,
          color: false,
        },
        signals: { on: (_signal, listener) => (press = listener), off: () => undefined, exit: () => undefined },
        cwd,
        lines: async function* () {
          yield* lines;
        },
        program: "gen",
        clock: Date.now,
        recipes,
        sources: testSources,
        openRuntime: openRuntime ?? (() => Promise.reject(new TypeError("nothing to compute on"))),
      };
      const code = await runCli(
        line.split(" ").filter((word) => word !== ""),
        commands,
        world,
      );
      return { code, out, err };
    },
  };
}
