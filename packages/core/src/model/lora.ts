/**
 * @file Fine-tuning by low-rank adapters: the weights of a trained model stay, and a product of two thin matrices is learned
 * beside each. Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685
 */
import { GenError } from "../error.js";
import { constantInit, normalInit } from "../ir/initializer.js";
import type { Node } from "../ir/node.js";
import { substitute } from "../ir/walk.js";
import { parameters, paths, type Model } from "../program/model.js";
import { program, type Program } from "../program/program.js";
import type { Scope } from "../program/scope.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Store } from "../runtime/store.js";
import { showShape, sizeOf } from "../shape.js";
import { param } from "../tensor/inputs.js";
import { Tensor } from "../tensor/tensor.js";

export interface LoraOptions {
  /** r, the width of the thin matrices: at most the smaller extent of each weight. */
  readonly rank: number;
  /** α: what is learned counts α / r times. @default rank */
  readonly alpha?: number;
  /** Which parameters get an adapter. @default every matrix or kernel called "…weight" */
  readonly select?: (name: string, param: Tensor) => boolean;
}

/** What is learned beside one weight W, taken as a matrix [R, C]: its first axis by all others. */
export interface Adapter {
  /** A, [r, C]; starts as N(0, 1/C). */
  readonly a: Tensor;
  /** B, [R, r]; starts at 0, so that nothing changes at first. */
  readonly b: Tensor;
}

/** A trace of a loss, or of what else is computed from a batch: what `trainStep` and `inference` take. */
export type Body<Batch, R> = (batch: Batch, scope: Scope) => R;

export interface Lora {
  /** The tensors of the model by their own names, and the adapters as `lora.<weight>.a` and `.b`. */
  readonly model: Model;
  /** The adapters by the names of their weights: what `trainStep` is to learn. */
  readonly adapters: Readonly<Record<string, Adapter>>;
  /** The same computation with W + (α/r)·B·A in the place of each selected weight W. */
  adapt<Batch, R extends Tensor | Readonly<Record<string, Tensor>>>(body: Body<Batch, R>): Body<Batch, R>;
  /** Writes W + (α/r)·B·A over each weight and takes the adapters out of the store: a plain model, to be run and exported. */
  merge(options: { readonly runtime: Runtime; readonly store: Store }): Promise<void>;
}

/**
 * Adapters for a model that was trained:
 *
 *     W' = W + (α/r) B A        W [R, C] stays as it is, B [R, r] and A [r, C] are learned
 *
 *     const tuned = lora(model, { rank: 4 });
 *     const store = await runtime.init(tuned.model, { key: key(0) });
 *     await loadWeights({ store, model, source: await openFolder("run/model") });
 *     const step = trainStep({ model: tuned.model, learn: tuned.adapters, loss: tuned.adapt(loss), batch, optimizer });
 *     …
 *     await tuned.merge({ runtime, store }); // and export the model as ever
 *
 * Only A and B have moments and are written; the sum W' is computed once a step. Biases, norms and all else are frozen.
 *
 * @throws GenError `option` if nothing is selected or a number makes no sense, `range` for a rank above the smaller extent
 *   of a weight, `shape` for a selected parameter with fewer than two axes
 */
export function lora(model: Model, { rank, alpha = rank, select = isWeight }: LoraOptions): Lora {
  if (!Number.isSafeInteger(rank) || rank < 1 || !(alpha > 0)) {
    throw new GenError("option", `lora: expected a whole rank ≥ 1 and alpha > 0, got ${rank} and ${alpha}`);
  }
  const all = parameters(model);
  const selected = [...all].filter(([name, weight]) => select(name, weight));
  if (selected.length === 0) {
    throw new GenError(
      "option",
      `lora: expected to adapt some of ${all.size} parameters, got none that \`select\` takes`,
      {
        fix: `their names are like ${[...all.keys()].slice(0, 3).join(", ")}`,
      },
    );
  }
  if ("lora" in model) throw new GenError("graph", 'lora: expected a model without a field "lora", got one');
  const adapters = Object.fromEntries(selected.map(([name, weight]) => [name, adapterOf(name, weight, rank)]));
  const adapted = new Map(
    selected.map(([name, weight]): [Node, Tensor] => {
      const { a, b } = adapters[name]!;
      return [
        weight.node,
        weight.add(
          b
            .matmul(a)
            .mul(alpha / rank)
            .reshape(weight.shape),
        ),
      ];
    }),
  );
  // A sum stays as it is: what was adapted before, such as the memory of a decoder, may be part of what is adapted now.
  const replacement = new Map(
    [...adapted].flatMap(([node, { node: sum }]): [Node, Node][] => [
      [node, sum],
      [sum, sum],
    ]),
  );
  const tuned: Model = { ...model, lora: adapters };
  return {
    model: tuned,
    adapters,
    adapt: (body) => (batch, scope) => {
      const written = new Map<Node, { state: Tensor; next: Tensor }>();
      const result = body(batch, {
        mode: scope.mode,
        nextKey: () => scope.nextKey(),
        read: (state) => written.get(state.node)?.next ?? scope.read(state),
        write: (state, next) => written.set(state.node, { state, next }),
      });
      const adapt = (tensors: readonly Tensor[]): Tensor[] =>
        substitute(
          tensors.map(({ node }) => node),
          replacement,
        ).map((node) => new Tensor(node));
      const writes = [...written.values()];
      adapt(writes.map(({ next }) => next)).forEach((next, i) => scope.write(writes[i]!.state, next));
      if (result instanceof Tensor) return adapt([result])[0] as typeof result;
      const values = adapt(Object.values(result));
      return Object.fromEntries(Object.keys(result).map((name, i) => [name, values[i]!])) as typeof result;
    },
    async merge({ runtime, store }) {
      await runtime.run(mergeProgram(tuned, selected, adapted), { store });
      for (const name of paths({ lora: adapters }).keys()) store.delete(name);
    },
  };
}

/** A weight of a linear map, a convolution, an embedding or a recurrent layer. */
function isWeight(name: string, { rank }: Tensor): boolean {
  return rank >= 2 && /weight$/i.test(name);
}

function adapterOf(name: string, { shape, dtype }: Tensor, rank: number): Adapter {
  if (shape.length < 2) {
    throw new GenError("shape", `lora: expected weights with at least two axes, got "${name}" ${showShape(shape)}`, {
      fix: "select: (name, param) => param.rank >= 2 && …",
    });
  }
  const [rows, columns] = [shape[0]!, sizeOf(shape.slice(1))];
  if (rank > Math.min(rows, columns)) {
    throw new GenError(
      "range",
      `lora: expected a rank of at most ${Math.min(rows, columns)} for "${name}" ${showShape(shape)}, got ${rank}`,
      {
        fix: "lower the rank, or leave this layer out by `select`",
      },
    );
  }
  return {
    a: param([rank, columns], normalInit({ std: 1 / Math.sqrt(columns) }), dtype),
    b: param([rows, rank], constantInit(0), dtype),
  };
}

function mergeProgram(
  tuned: Model,
  selected: readonly [string, Tensor][],
  adapted: ReadonlyMap<Node, Tensor>,
): Program {
  const writes = new Map(selected.map(([name, weight]) => [name, adapted.get(weight.node)!]));
  return program({ states: paths(tuned), outputs: {}, writes });
}
