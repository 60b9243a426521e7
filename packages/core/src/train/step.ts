/** @file A training step as a program: loss, gradients, optimizer, averages, all in one graph. */
import { grad } from "../autodiff/grad.js";
import type { DType } from "../dtype.js";
import { GenError } from "../error.js";
import type { Average } from "../optim/average.js";
import type { Optimizer } from "../optim/optimizer.js";
import { parameters, paths, type Model } from "../program/model.js";
import { program, type Program } from "../program/program.js";
import { traceScope, type Scope } from "../program/scope.js";
import type { Shape } from "../shape.js";
import { feed } from "../tensor/inputs.js";
import { Tensor } from "../tensor/tensor.js";

/** The type of one field of a batch, the batch axis included: a shape (f32), or a shape and dtype. */
export type BatchField = Shape | { readonly shape: Shape; readonly dtype: DType };
export type BatchSpec = Readonly<Record<string, BatchField>>;
export type BatchOf<B extends BatchSpec> = { readonly [K in keyof B]: Tensor };

/** A loss, alone or with what else is worth watching. */
export type LossResult = Tensor | ({ readonly loss: Tensor } & Readonly<Record<string, Tensor>>);

export interface TrainStepOptions<B extends BatchSpec> {
  readonly model: Model;
  readonly batch: B;
  /** A real scalar to minimise, and further scalars to report. */
  readonly loss: (batch: BatchOf<B>, scope: Scope) => LossResult;
  readonly optimizer: Optimizer;
  /**
   * What is learned: a part of `model`, as the critic of a game, or the names that a predicate takes; the rest is frozen.
   * @default all parameters of the model
   */
  readonly learn?: Model | ((name: string) => boolean);
  /** Name of the optimizer's states in the store: two optimizers over one store need two. @default "optimizer" */
  readonly name?: string;
  /** A running average of the parameters, kept beside them. */
  readonly average?: Average;
}

/**
 * One step of training: reads parameters, moments and averages from the store, and writes their next values.
 *
 * @throws GenError `graph` if the model has nothing to learn, or if a parameter does not reach the loss
 */
export function trainStep<const B extends BatchSpec>({
  model,
  batch,
  loss,
  optimizer,
  learn = model,
  name: label = "optimizer",
  average,
}: TrainStepOptions<B>): Program {
  const feeds = feedsOf(batch);
  const scope = traceScope("train");
  const traced = loss(feeds, scope);
  const results = traced instanceof Tensor ? { loss: traced } : traced;
  const states = paths(model);
  const nameOf = new Map([...states].map(([name, { node }]) => [node, name]));
  const params =
    typeof learn === "function" ? taken(model, learn as (name: string) => boolean) : [...parameters(learn).values()];
  const names = params.map(({ node }) => nameOf.get(node) ?? missing(learn));
  if (params.length === 0)
    throw new GenError("graph", "trainStep: expected a model with parameters, got none", {
      fix: "let its public fields hold param()s",
    });

  const grads = grad(results.loss, params);
  const own = optimizer.init(names, params);
  const update = optimizer.update({ names, params, grads, states: own });
  const next = params.map((p, i) => p.sub(update.steps[i]!));
  const averages = average?.init(names, params) ?? {};

  const writes = new Map<string, Tensor>();
  names.forEach((name, i) => writes.set(name, next[i]!));
  for (const { state, next: value } of scope.writes.values())
    writes.set(nameOf.get(state.node) ?? missing(model), value);
  const addStates = (
    prefix: string,
    before: Readonly<Record<string, Tensor>>,
    after: Readonly<Record<string, Tensor>>,
  ): void => {
    for (const [name, tensor] of Object.entries(before)) {
      states.set(`${prefix}.${name}`, tensor);
      writes.set(`${prefix}.${name}`, after[name]!);
    }
  };
  addStates(label, own, update.states);
  if (average !== undefined) addStates(average.prefix, averages, average.update(names, next, averages));
  const parts = { states, feeds, key: scope.key, writes };
  const inView = Object.fromEntries(names.map((name, i) => [`gradient of ${name}`, grads[i]!]));
  return {
    ...program({ ...parts, outputs: results }),
    probe: () => program({ ...parts, outputs: { ...results, ...inView } }),
  };
}

/** An input for each field of a batch. */
export function feedsOf<B extends BatchSpec>(batch: B): BatchOf<B> {
  const entries = Object.entries(batch).map(([name, field]) => {
    const { shape, dtype } = "shape" in field ? field : { shape: field, dtype: "f32" as const };
    return [name, feed(shape, dtype)];
  });
  return Object.fromEntries(entries) as BatchOf<B>;
}

/** A program that reads a model and writes nothing: evaluation, encoding, sampling. */
export function inference<const B extends BatchSpec>(
  model: Model,
  batch: B,
  body: (batch: BatchOf<B>, scope: Scope) => Readonly<Record<string, Tensor>>,
): Program {
  const feeds = feedsOf(batch);
  const scope = traceScope("eval");
  const outputs = body(feeds, scope);
  if (scope.writes.size > 0)
    throw new GenError("graph", "inference: expected no state to be written in eval mode, got some");
  return program({ states: paths(model), feeds, key: scope.key, outputs });
}

/** The parameters whose names a predicate takes. */
function taken(model: Model, wanted: (name: string) => boolean): Tensor[] {
  const all = parameters(model);
  const params = [...all].flatMap(([name, tensor]) => (wanted(name) ? [tensor] : []));
  if (params.length > 0 || all.size === 0) return params;
  throw new GenError(
    "option",
    `trainStep: expected to learn some of ${all.size} parameters, got none that \`learn\` takes`,
    {
      fix: `their names are like ${[...all.keys()].slice(0, 3).join(", ")}`,
    },
  );
}

function missing(where: Model): never {
  throw new GenError(
    "graph",
    `trainStep: expected every learned or written tensor to be a field of the model, got one that is not (in ${where.constructor.name})`,
    {
      fix: "make it a public field of the model",
    },
  );
}
