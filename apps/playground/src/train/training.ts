/**
 * @file Several families in one training: they take turns on one device, each as many steps as the others, and after each
 * turn what they have learned is looked at. Its settings may change between turns, and it may begin where another ended.
 */
import {
  fit,
  key,
  ndarray,
  split,
  type Dataset,
  type Key,
  type NdArray,
  type Program,
  type Report,
  type Runtime,
  type Store,
} from "@gen/core";
import { CELLS, cells } from "../plane/plane.js";
import type { Course, Family, Settings } from "./course.js";

/** What a family shows after a turn. */
export interface Look {
  readonly family: string;
  /** Steps taken. */
  readonly steps: number;
  /** Losses of the steps of this turn. */
  readonly losses: readonly number[];
  /** Steps a second of this turn, without looking. */
  readonly rate: number;
  /** Rows of samples: [x, y] after [x, y], in the plane. */
  readonly samples: Float32Array | Int32Array;
  /** log p of the cells, row by row from the lower left, in nats; not in every look, since it takes its time. */
  readonly logDensity?: Float32Array;
}

/** Where a family stands: its steps, and its weights and moments, or its weights alone. */
export interface Standing {
  readonly steps: number;
  readonly states: Readonly<Record<string, NdArray>>;
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
  /** Where families begin that do not begin anew, by id. */
  readonly from?: ReadonlyMap<string, Standing>;
}

/** A map of the density is drawn when the training has had so many times as long as the last map took. */
const PATIENCE = 4;

interface Learner {
  readonly family: Family;
  readonly store: Store;
  /** log p of all cells, and of one point; made when they are asked for. */
  map?: Program | undefined;
  point?: Program | undefined;
  course: Course;
  settings: Settings;
  reports: AsyncGenerator<Report, void>;
  steps: number;
  /** Milliseconds of training since the last map, and of making it. */
  sinceMap: number;
  mapTook: number;
}

/** Trains until each family has taken all its steps; yields a look at each family after each of its turns. */
export async function* train(runtime: Runtime, options: TrainingOptions): AsyncGenerator<Look, void> {
  const trainer = await Trainer.open(runtime, options);
  try {
    yield* trainer.looks();
  } finally {
    await trainer.close();
  }
}

export class Trainer {
  readonly #runtime: Runtime;
  readonly #options: TrainingOptions;
  readonly #root: Key;
  readonly #learners: Learner[] = [];
  #settings: Settings;

  private constructor(runtime: Runtime, options: TrainingOptions) {
    [this.#runtime, this.#options, this.#settings] = [runtime, options, options.settings];
    this.#root = key(options.seed);
  }

  /** @throws GenError if what a family begins from is not of its architecture */
  static async open(runtime: Runtime, options: TrainingOptions): Promise<Trainer> {
    const trainer = new Trainer(runtime, options);
    for (const family of options.families) await trainer.#enrol(family, options.from?.get(family.id));
    return trainer;
  }

  /** Takes effect at the next turn of each family: a new step over the same weights and moments. */
  change(settings: Settings): void {
    this.#settings = settings;
  }

  /** Where a family stands, to go on from there, here or on another device. Not within its turn. */
  async standing(id: string): Promise<Standing> {
    const { steps, store } = this.trained(id)!;
    return { steps, states: await store.readAll() };
  }

  /** A family's model and numbers, to export. */
  trained(id: string): { readonly course: Course; readonly store: Store; readonly steps: number } | undefined {
    return this.#learners.find(({ family }) => family.id === id);
  }

  /** log p of a point under a family, in nats; nothing for one without a density. */
  async logDensity(id: string, point: Point): Promise<number | undefined> {
    const learner = this.#learners.find(({ family }) => family.id === id)!;
    learner.point ??= learner.course.logDensity?.(1);
    return learner.point === undefined ? undefined : (await this.#nats(learner, learner.point, point))[0];
  }

  async *looks(): AsyncGenerator<Look, void> {
    const { steps, turn } = this.#options;
    for (const learner of this.#learners)
      if (learner.steps > 0) yield await this.#look(learner, { losses: [], rate: 0, isMapped: true });
    for (;;) {
      const least = Math.min(...this.#learners.map((learner) => learner.steps));
      if (least >= steps) return;
      const until = Math.min(steps, least - (least % turn) + turn);
      for (const learner of this.#learners) if (learner.steps < until) yield await this.#turn(learner, until);
    }
  }

  async close(): Promise<void> {
    for (const { course, store, reports, map, point } of this.#learners) {
      await reports.return();
      for (const program of [course.step, course.samples.program, map, point]) {
        if (program !== undefined) await this.#runtime.release(program);
      }
      store.dispose();
    }
  }

  async #enrol(family: Family, from: Standing | undefined): Promise<void> {
    const settings = this.#settings;
    const course = family.course(this.#options.points, settings, split(this.#root, 0));
    const store = await this.#runtime.init(course.model, { key: split(this.#root, 1) });
    for (const [name, array] of Object.entries(from?.states ?? {})) await store.write(name, array);
    const learner = { family, course, store, settings, steps: from?.steps ?? 0, sinceMap: 0, mapTook: 0 };
    this.#learners.push({ ...learner, reports: this.#fit(learner) });
  }

  /** Weights without the moments of an optimizer begin a training anew, whose steps count on. */
  #fit(learner: Pick<Learner, "course" | "store" | "steps">): AsyncGenerator<Report, void> {
    const { store, course } = learner;
    const { steps, turn, signal } = this.#options;
    const { step, data } = course;
    const isWhole = [...step.reads.keys()].every((name) => store.has(name));
    const before = isWhole ? 0 : learner.steps;
    const count = { from: learner.steps - before, steps: Math.max(0, steps - before), every: divisor(turn, before) };
    const run = { runtime: this.#runtime, store, data, ...count, signal, patienceMs: 60 };
    return counted(fit(step, { ...run, key: split(this.#root, 2) }), before);
  }

  async #turn(learner: Learner, until: number): Promise<Look> {
    if (learner.settings !== this.#settings) await this.#renew(learner);
    const losses: number[] = [];
    const start = performance.now();
    while (learner.steps < until) {
      const next = await learner.reports.next();
      if (next.done === true) break;
      learner.steps = next.value.n;
      losses.push(next.value.loss);
    }
    const took = performance.now() - start;
    learner.sinceMap += took;
    const isMapped = until === this.#options.steps || learner.sinceMap >= PATIENCE * learner.mapTook;
    return this.#look(learner, { losses, rate: (1000 * losses.length) / took, isMapped });
  }

  async #renew(learner: Learner): Promise<void> {
    await learner.reports.return();
    await this.#runtime.release(learner.course.step);
    learner.settings = this.#settings;
    const { step, data } = learner.family.course(this.#options.points, learner.settings, split(this.#root, 0));
    learner.course = { ...learner.course, step, data };
    learner.reports = this.#fit(learner);
  }

  async #look(
    learner: Learner,
    { isMapped, ...turn }: Pick<Look, "losses" | "rate"> & { readonly isMapped: boolean },
  ): Promise<Look> {
    const { family, course, store, steps } = learner;
    const { program, output, feeds = {} } = course.samples;
    const drawn = await this.#runtime.run(program, { store, key: split(this.#root, 3), feeds });
    const look = { family: family.id, steps, ...turn, samples: drawn[output]!.data as Look["samples"] };
    if (!isMapped) return look;
    learner.map ??= course.logDensity?.(CELLS * CELLS);
    if (learner.map === undefined) return look;
    const begun = performance.now();
    const logDensity = await this.#nats(learner, learner.map, cells());
    learner.mapTook = performance.now() - begun;
    learner.sinceMap = 0;
    return { ...look, logDensity };
  }

  async #nats(
    { store }: Learner,
    program: Program,
    points: readonly number[] | Float32Array<ArrayBuffer>,
  ): Promise<Float32Array> {
    const x = ndarray(points, [points.length / 2, 2]);
    const { logProb } = await this.#runtime.run(program, { store, key: split(this.#root, 4), feeds: { x } });
    return logProb!.data as Float32Array;
  }
}

/** Reports of a training that others went before. */
async function* counted(reports: AsyncGenerator<Report, void>, before: number): AsyncGenerator<Report, void> {
  for await (const report of reports) yield { ...report, n: before + report.n };
}

/** The greatest number that divides both. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

type Point = readonly [x: number, y: number];
