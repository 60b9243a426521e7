/**
 * @file Several families in one training: they take turns on one device, each as many steps as the others, and after each
 * turn what they have learned is looked at.
 */
import {
  fit,
  key,
  ndarray,
  split,
  type Dataset,
  type Key,
  type NdArray,
  type Report,
  type Runtime,
  type Store,
} from "@gen/core";
import { CELLS, type Course, type Family, type Settings } from "./course.js";
import { REACH } from "./densities.js";

/** What a family shows after a turn. */
export interface Look {
  readonly family: string;
  /** Steps taken. */
  readonly steps: number;
  /** Losses of the steps of this turn. */
  readonly losses: readonly number[];
  /** Steps a second of this turn, without looking. */
  readonly rate: number;
  /** [x, y] after [x, y]. */
  readonly samples: Float32Array;
  /** log p of the cells, row by row from the lower left, in nats; not in every look, since it takes its time. */
  readonly logDensity?: Float32Array;
}

export interface TrainingOptions {
  readonly families: readonly Family[];
  readonly points: Dataset;
  readonly settings: Settings;
  readonly seed: number;
  /** Steps in all. */
  readonly steps: number;
  /** Steps of a turn. */
  readonly turn: number;
  readonly signal: AbortSignal;
}

/** A map of the density is drawn when the training has had so many times as long as the last map took. */
const PATIENCE = 4;

interface Learner {
  readonly family: Family;
  readonly course: Course;
  readonly store: Store;
  readonly reports: AsyncGenerator<Report, void>;
  /** Milliseconds of training since the last map, and of making it. */
  sinceMap: number;
  mapTook: number;
}

/** Trains until each family has taken all its steps; yields a look at each family after each of its turns. */
export async function* train(runtime: Runtime, options: TrainingOptions): AsyncGenerator<Look, void> {
  const { families, points, settings, seed, steps, turn, signal } = options;
  const root = key(seed);
  const learners: Learner[] = [];
  for (const family of families) {
    const course = family.course(points, settings, split(root, 0));
    const store = await runtime.init(course.model, { key: split(root, 1) });
    const { step, data } = course;
    const run = { runtime, store, data, steps, every: turn, signal, key: split(root, 2), patienceMs: 60 };
    learners.push({ family, course, store, reports: fit(step, run), sinceMap: 0, mapTook: 0 });
  }
  try {
    for (let done = 0; done < steps; done += turn) {
      const until = Math.min(steps, done + turn);
      for (const learner of learners) yield await takeTurn(runtime, learner, { until, root, isLast: until === steps });
    }
  } finally {
    for (const { course, store, reports } of learners) {
      await reports.return();
      for (const program of [course.step, course.samples.program, course.logDensity]) {
        if (program !== undefined) await runtime.release(program);
      }
      store.dispose();
    }
  }
}

async function takeTurn(
  runtime: Runtime,
  learner: Learner,
  { until, root, isLast }: { readonly until: number; readonly root: Key; readonly isLast: boolean },
): Promise<Look> {
  const { family, course, store, reports } = learner;
  const losses: number[] = [];
  const start = performance.now();
  let steps = 0;
  while (steps < until) {
    const next = await reports.next();
    if (next.done === true) break;
    steps = next.value.n;
    losses.push(next.value.loss);
  }
  const took = performance.now() - start;
  learner.sinceMap += took;
  const { program, output } = course.samples;
  const drawn = await runtime.run(program, { store, key: split(root, 3) });
  const samples = drawn[output]!.data as Float32Array;
  const look = { family: family.id, steps, losses, rate: (1000 * losses.length) / took, samples };
  const isDue = isLast || learner.sinceMap >= PATIENCE * learner.mapTook;
  if (course.logDensity === undefined || !isDue) return look;
  const begun = performance.now();
  const { logProb } = await runtime.run(course.logDensity, { store, key: split(root, 4), feeds: { x: cells() } });
  learner.mapTook = performance.now() - begun;
  learner.sinceMap = 0;
  return { ...look, logDensity: logProb!.data as Float32Array };
}

/** The middles of the cells of the map, [CELLS², 2]. */
function cells(): NdArray {
  const at = (i: number): number => ((i + 0.5) / CELLS) * 2 * REACH - REACH;
  const x = Float32Array.from({ length: 2 * CELLS * CELLS }, (_, i) => {
    const cell = i >> 1;
    return at(i % 2 === 0 ? cell % CELLS : Math.floor(cell / CELLS));
  });
  return ndarray(x, [CELLS * CELLS, 2]);
}
