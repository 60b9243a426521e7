/**
 * @file Progressive distillation: a student learns to do in one step of DDIM what its teacher does in two, again and again.
 * Salimans & Ho 2022, "Progressive distillation for fast sampling of diffusion models", algorithm 2. arXiv:2202.00512
 */
import {
  GenError,
  paths,
  randomNormal,
  randomUniform,
  scalar,
  type Runtime,
  type Scope,
  type Store,
  type Tensor,
} from "@gen/core";
import type { Diffusion } from "./diffusion.js";
import { guided, type Guidance } from "./guidance.js";
import { column, sigmaAt } from "./forward.js";
import { squaredError, type DiffusionBatch } from "./loss.js";
import { checkSteps } from "./schedule.js";

/** Two models of one make: `trainStep({ model: pair, learn: pair.student, … })`. */
export interface Pair {
  readonly student: Diffusion;
  readonly teacher: Diffusion;
}

export interface ProgressiveOptions {
  /** Steps that the student shall take, a number or a scalar; the teacher takes twice as many. */
  readonly steps: number | Tensor;
  /** What the teacher is guided by: the student then needs no guidance. Meng et al. 2023. arXiv:2210.03142. @default none */
  readonly guidance?: Omit<Guidance, "threshold">;
}

/**
 * The student's x̂ at σ_t shall lead to where two steps of the teacher lead, x_t → x_m → x_s:
 *
 *     x̂* = (x_s − r x_t)/(1 − r)        r = σ_s/σ_t,    L = E max(1/σ_t², 1) ‖x̂ − x̂*‖² / D
 *
 * The levels are those of the spacing "trailing"; the last step ends at 0.
 *
 * @throws GenError `range` for steps < 1, `option` for models with self-conditioning, whose estimates depend on the last
 */
export function progressiveLoss(
  { student, teacher }: Pair,
  batch: DiffusionBatch,
  { options: { steps, guidance }, scope }: { options: ProgressiveOptions; scope: Scope },
): Tensor {
  if (typeof steps === "number") checkSteps(steps, "progressive");
  if (student.selfCondition)
    throw new GenError("option", "progressive: expected models without self-conditioning, got ones with it");
  const { y, mask } = student.encoded(batch.x, scope, batch.mask);
  const n = y.shape[0]!;
  const count = typeof steps === "number" ? scalar(steps) : steps;
  const i = randomUniform(scope.nextKey(), [n]).mul(count).floor().minimum(count.sub(1)).add(1); // 1 … steps
  const level = (t: Tensor): Tensor => sigmaAt(student.process, t.div(count));
  const [from, middle] = [level(i), level(i.sub(0.5))];
  const isLast = i.equal(1);
  const to = isLast.where(from.mul(0), level(i.sub(1)));
  const x = y.add(randomNormal(scope.nextKey(), y.shape).mul(column(from, y)));

  const known = (model: Diffusion): Tensor | undefined => model.embed(batch, n);
  const estimate = (at: Tensor, sigma: Tensor): Tensor => {
    const conditional = teacher.estimate(at, { sigma, condition: known(teacher), scope }).mean;
    if (guidance === undefined) return conditional;
    const unconditional = teacher.estimate(at, { sigma, condition: teacher.embed({}, n), scope }).mean;
    return guided({ conditional, unconditional }, column(sigma, at), guidance);
  };
  const stepped = (at: Tensor, a: Tensor, b: Tensor): Tensor => {
    const mean = estimate(at, a);
    return mean.add(at.sub(mean).mul(column(b.div(a), at)));
  };
  const arrived = stepped(stepped(x, from, middle), middle, to);
  const r = column(to.div(from), y);
  const wanted = arrived.sub(x.mul(r)).div(r.neg().add(1)).stopGradient();

  const { mean } = student.estimate(x, { sigma: from, condition: known(student), scope });
  const weight = from.square().reciprocal().maximum(1);
  return squaredError(mean, wanted, mask).mul(weight).mean();
}

export interface PairSource {
  /** Where the numbers of a trained model are. */
  readonly from: Store;
  /** Read `<average>.<name>` where it is there: "ema". */
  readonly average?: string;
}

/** Student and teacher in a store begin as the model that was trained. */
export async function startPair(
  model: Diffusion,
  { store, from, average }: PairSource & { readonly store: Store },
): Promise<void> {
  for (const name of paths(model).keys()) {
    const source = average !== undefined && from.has(`${average}.${name}`) ? `${average}.${name}` : name;
    const array = await from.read(source);
    await store.write(`student.${name}`, array);
    await store.write(`teacher.${name}`, array);
  }
}

/** A store for a pair, so begun. */
export async function pairStore(
  model: Diffusion,
  { runtime, ...source }: PairSource & { readonly runtime: Runtime },
): Promise<Store> {
  const store = runtime.emptyStore();
  await startPair(model, { store, ...source });
  return store;
}

/** The student alone, under the names of the model: to be sampled from, exported, or the next teacher. */
export async function studentStore(
  model: Diffusion,
  { runtime, from }: { readonly runtime: Runtime; readonly from: Store },
): Promise<Store> {
  const store = runtime.emptyStore();
  for (const name of paths(model).keys()) await store.write(name, await from.read(`student.${name}`));
  return store;
}
