/** @file A program that draws, run again and again with another key. */
import { key, split, type Model, type Program } from "@gen/core";
import { node } from "@gen/core/node";
import { readFixture } from "../../src/fixtures.js";
import type { Start } from "../../src/protocol.js";
import { opened } from "./subject.js";

/** Runs a program with an output `samples`; what is compared is their mean square. */
export function startSampling(subjectOf: () => { readonly model: Model; readonly program: Program }): Start {
  return async ({ folder, threads }) => {
    const { model, program } = subjectOf();
    const runtime = await node({ threads });
    const store = await opened(runtime, readFixture(folder), { model });
    let done = 0;
    return {
      async run(steps) {
        const squares: number[] = [];
        for (let i = 0; i < steps; i++, done++) {
          const { samples } = await runtime.run(program, { store, key: split(key(1), done) });
          squares.push(meanSquare(samples!.data as Float32Array));
        }
        return squares;
      },
    };
  };
}

export function meanSquare(values: Float32Array): number {
  return values.reduce((sum, v) => sum + v * v, 0) / values.length;
}
