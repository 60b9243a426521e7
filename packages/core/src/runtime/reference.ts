/** @file The reference device: evaluates the graph in TypeScript, in float64. Slow and obvious; the oracle of the others. */
import { GenError } from "../error.js";
import { evaluate } from "../ir/evaluate.js";
import type { NdArray } from "../ndarray.js";
import type { Backend, Handle } from "./backend.js";
import { Runtime } from "./runtime.js";

/** A runtime without native code. Real numbers are float64, whatever their dtype says. */
export function reference(): Runtime {
  return new Runtime(referenceBackend());
}

export function referenceBackend(): Backend {
  const arrays = new Map<number, NdArray>();
  let next = 0;
  const hold = (array: NdArray): Handle => {
    arrays.set(next, array);
    return { handle: next++ };
  };
  const look = ({ handle }: Handle): NdArray => {
    const array = arrays.get(handle);
    if (array === undefined) throw new GenError("internal", `reference: expected a live array, got handle ${handle}`);
    return array;
  };
  return {
    device: "reference",
    loopsInside: false,
    compile: (graph) =>
      Promise.resolve({
        run: (inputs, keep) => {
          const given = Object.entries(inputs).map(([name, input]) => [name, "handle" in input ? look(input) : input]);
          const outputs = Object.entries(evaluate(graph, Object.fromEntries(given) as Record<string, NdArray>));
          return Promise.resolve({
            kept: Object.fromEntries(
              outputs.filter(([name]) => keep.has(name)).map(([name, array]) => [name, hold(array)]),
            ),
            returned: Object.fromEntries(outputs.filter(([name]) => !keep.has(name))),
          });
        },
        release: () => Promise.resolve(),
      }),
    put: (array) => Promise.resolve(hold({ ...array, data: array.data.slice() })),
    get: (handle) => Promise.resolve(look(handle)),
    free: (handles) => handles.forEach(({ handle }) => arrays.delete(handle)),
    close: () => {
      arrays.clear();
      return Promise.resolve();
    },
  };
}
