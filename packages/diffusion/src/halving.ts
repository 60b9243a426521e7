/**
 * @file Progressive distillation from first to last in one training: at the end of each stage the student becomes the teacher.
 * Salimans & Ho 2022, algorithm 2, its outer loop. arXiv:2202.00512
 */
import { constant, constantInit, GenError, ndarray, paths, scalar, state, type Scope, type Tensor } from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import type { DiffusionBatch } from "./loss.js";
import { progressiveLoss, type Pair } from "./progressive.js";
import { checkSteps } from "./schedule.js";

export interface HalvingOptions extends Pair {
  /** Steps that the student shall take in the end. */
  readonly steps: number;
  /** Stages: the student of the first takes 2^(halvings − 1) times as many. @default 1 */
  readonly halvings?: number;
  /** Updates of the weights in all; each stage has its share. */
  readonly updates: number;
  /** Weight by which the first teacher is guided: the student needs no guidance then. @default 1 */
  readonly guidance?: number;
}

/**
 * A model to be trained, `trainStep({ model: halving, learn: halving.student, loss: (batch, scope) => halving.loss(batch, scope), … })`,
 * from a store that `startPair` gave the teacher's numbers. Whoever then reads the student says `from: "student"`.
 */
export class Halving implements Pair {
  readonly student: Diffusion;
  readonly teacher: Diffusion;
  /** Updates so far, a state. */
  readonly update: Tensor = state([], constantInit(0));
  /** Steps of the student by stage, falling. */
  readonly stages: readonly number[];
  readonly #each: number;
  readonly #guidance: number;

  /** @throws GenError `range` for steps or halvings < 1, or fewer updates than halvings */
  constructor({ student, teacher, steps, halvings = 1, updates, guidance = 1 }: HalvingOptions) {
    checkSteps(steps, "Halving");
    if (!Number.isInteger(halvings) || halvings < 1 || !(updates >= halvings))
      throw new GenError("range", `Halving: expected from 1 halving to one an update (${updates}), got ${halvings}`);
    this.student = student;
    this.teacher = teacher;
    this.stages = Array.from({ length: halvings }, (_, stage) => steps * 2 ** (halvings - 1 - stage));
    this.#each = Math.floor(updates / halvings);
    this.#guidance = guidance;
  }

  /** `progressiveLoss` of the stage that this update lies in. */
  loss(batch: DiffusionBatch, scope: Scope): Tensor {
    const update = scope.read(this.update);
    const next = update.add(1);
    const last = this.stages.length - 1;
    const stage = update.div(this.#each).floor().minimum(last);
    scope.write(this.update, next);
    const isOver = next.equal(stage.add(1).mul(this.#each)).and(stage.less(last));
    const students = paths(this.student);
    for (const [name, tensor] of paths(this.teacher)) scope.write(tensor, isOver.where(students.get(name)!, tensor));
    const steps = constant(ndarray(this.stages, [this.stages.length])).gather(stage.cast("i32"));
    const weight = stage.equal(0).where(scalar(this.#guidance), 1); // later teachers have it in them
    const options = { steps, ...(this.#guidance !== 1 && { guidance: { weight } }) };
    return progressiveLoss(this, batch, { options, scope });
  }
}
