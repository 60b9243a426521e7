/**
 * @file Samples on any device: as one loop inside a graph where that is fast, or step by step, driven by the host, where a
 * loop in a graph would leave the GPU at each step. The numbers are the same.
 */
import {
  feed,
  paths,
  program,
  state,
  traceScope,
  type Key,
  type NdArray,
  type Program,
  type Runtime,
  type Store,
  type Tensor,
} from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { walkOf } from "./draw.js";
import { conditionFields, givenOf } from "./feeds.js";
import { sample, type SampleOptions } from "./programs.js";
import { checkSteps } from "./schedule.js";
import { samplerOf } from "./samplers.js";

/** A walk as programs: `begin`, then `advance` with feed `i` = 0 … steps − 2, then `end` with `i` = steps − 1. */
export interface StepPrograms {
  readonly begin: Program;
  readonly advance: Program;
  /** Gives `samples`. */
  readonly end: Program;
  /** What they keep in the store between them. */
  readonly states: readonly string[];
}

/**
 * The steps of `sample(model, options)` as programs of their own, whose state stays in the store, on the device. All take the
 * key and the condition that `sample` takes.
 *
 * @throws GenError as `sample`
 */
export function stepPrograms(model: Diffusion, options: SampleOptions): StepPrograms {
  const { n, steps = 50, sampler = "ddim" } = options;
  checkSteps(steps, "stepPrograms");
  const shape = [n, ...model.rowShape];
  const count = 1 + (samplerOf(sampler).memory ?? 0) + (model.selfCondition ? 1 : 0);
  const carried = new Map(Array.from({ length: count }, (_, i) => [`sampler.${i}`, state(shape)]));
  const make = (body: (path: ReturnType<typeof walkOf>, i: Tensor) => readonly Tensor[] | Tensor): Program => {
    const scope = traceScope("eval");
    const feeds: Record<string, Tensor> = Object.fromEntries(
      Object.entries(conditionFields(model, options)).map(([name, field]) =>
        "shape" in field ? [name, feed(field.shape, field.dtype)] : [name, feed(field)],
      ),
    );
    const key = scope.nextKey();
    const path = walkOf(model, options, { ...givenOf(feeds), scope, key, n });
    const i = feed([], "i32");
    const made = body(path, i);
    return program({
      states: new Map([...paths(model), ...carried]),
      feeds: { ...feeds, i },
      key: scope.key,
      outputs: Array.isArray(made) ? {} : { samples: made as Tensor },
      writes: new Map(Array.isArray(made) ? [...carried.keys()].map((name, at) => [name, made[at] as Tensor]) : []),
    });
  };
  const now = [...carried.values()];
  return {
    begin: make((path) => path.begin(shape)),
    advance: make((path, i) => path.advance(now, i)),
    end: make((path, i) => model.decoded(path.end(now, i))),
    states: [...carried.keys()],
  };
}

export interface GenerateOptions extends SampleOptions {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly key: Key;
  /** The condition: `label`, `words`, `context`, if the model has one, and what is negative. */
  readonly feeds?: Readonly<Record<string, NdArray>>;
  /** Use `<from>.<name>` where it is there: "ema". */
  readonly from?: string | undefined;
  /** To be called after each step with the fraction that is done, where the host drives. */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Draws rows, in the way that suits the device; `sample` gives the same for the same key.
 *
 * @returns [n, …shape]
 */
export async function generate(model: Diffusion, options: GenerateOptions): Promise<NdArray> {
  const { runtime, store, key, feeds = {}, from, onProgress, steps = 50 } = options;
  if (runtime.loopsInside) {
    const { samples } = await runtime.run(sample(model, options), { store, key, feeds, from });
    return samples!;
  }
  const { begin, advance, end, states } = stepPrograms(model, options);
  const at = (i: number): Parameters<Runtime["run"]>[1] => ({
    store,
    key,
    from,
    feeds: { ...feeds, i: { dtype: "i32", shape: [], data: Int32Array.of(i) } },
  });
  try {
    await runtime.run(begin, at(0));
    for (let i = 0; i + 1 < steps; i++) {
      await runtime.run(advance, at(i));
      onProgress?.((i + 1) / steps);
    }
    const { samples } = await runtime.run(end, at(steps - 1));
    return samples!;
  } finally {
    for (const program of [begin, advance, end]) await runtime.release(program);
    for (const name of states) store.delete(name);
  }
}
