/** @file A multilayer perceptron whose outputs see only the inputs before them: the network of MADE. */
import { GenError } from "../error.js";
import { ndarray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { concat, constant, full, type Tensor } from "../tensor/tensor.js";
import { activationOf, type Activation } from "./activation.js";
import { torchUniform, type WeightInit } from "./init.js";
import { Linear } from "./linear.js";
import { madeMasks, type MadeMaskOptions } from "./masks.js";
import { masked, usedWeight } from "./weight-map.js";

export interface MaskedMlpOptions extends MadeMaskOptions {
  /** After each hidden layer. @default "relu" */
  readonly activation?: Activation;
  /** @default torchUniform */
  readonly init?: WeightInit;
  /** How the last layer's weight starts. @default init */
  readonly lastInit?: WeightInit;
}

export interface OneByOneOptions {
  readonly n: number;
  readonly scope?: Scope | undefined;
  readonly context?: Tensor | undefined;
}

/** A network read input by input, in their order: for a scan of D turns. */
export interface OneByOne {
  /** Sums of the first layer before any input: [N, H]. */
  readonly start: Tensor;
  /** What each turn uses, [D, …]: one slice of each of these. */
  readonly turns: readonly Tensor[];
  /** The numbers of the turn's input, [N, P], from the sums of those before. */
  params(sums: Tensor, turn: readonly Tensor[]): Tensor;
  /** The sums with an input x of the turn: [N], or [N, views]. */
  add(sums: Tensor, x: Tensor, turn: readonly Tensor[]): Tensor;
}

/**
 * A multilayer perceptron that gives P numbers for each of D inputs, a function of the inputs before it (and of a
 * context), so that one pass gives all conditionals of a chain rule:
 *
 *     y_d = f_d(x_{<d}, c)      d in the order that was chosen
 *
 * @see Germain, Gregor, Murray & Larochelle 2015, "MADE". arXiv:1502.03509
 */
export class MaskedMlp {
  readonly layers: readonly Linear[];
  readonly #activation: (x: Tensor) => Tensor;
  readonly #inputs: number;
  readonly #views: number;
  readonly #context: number;
  readonly #perInput: number;

  constructor({
    activation = "relu",
    init = torchUniform,
    lastInit = init,
    perInput = 1,
    context = 0,
    views = 1,
    ...rest
  }: MaskedMlpOptions) {
    const masks = madeMasks({ ...rest, views, perInput, context });
    this.layers = masks.map((mask, i) => {
      const [inputs, outputs] = mask.shape as [number, number];
      const law = i === masks.length - 1 ? lastInit : init;
      return new Linear({ inputs, outputs, init: law, weightMap: masked(mask) });
    });
    this.#activation = activationOf(activation);
    [this.#inputs, this.#views, this.#context, this.#perInput] = [rest.inputs, views, context, perInput];
  }

  /**
   * @param x [… views · D], the first view of each input, then the next
   * @param context [… C], if the network was made with one
   * @returns [… D, P]
   * @throws GenError `shape` for other extents, or a context too many or too few
   */
  forward(x: Tensor, scope?: Scope, context?: Tensor): Tensor {
    const seen = this.#views * this.#inputs;
    if (x.shape.at(-1) !== seen || (context?.shape.at(-1) ?? 0) !== this.#context) {
      const got = `${showShape(x.shape)} and ${context === undefined ? "none" : showShape(context.shape)}`;
      throw new GenError("shape", `MaskedMlp: expected [… ${seen}] and a context [… ${this.#context}], got ${got}`);
    }
    const given = context === undefined ? x : concat([x, context]); //                    [… views · D + C]
    const y = this.layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : this.#activation(h), scope), given);
    return y.reshape([...x.shape.slice(0, -1), this.#inputs, this.#perInput]); //         [… D, P]
  }

  /**
   * The network one input after the other: what each adds to the first layer, and the numbers of one alone. D turns cost
   * about as much as D passes of the hidden layers between the first and the last.
   *
   * @param n N, for a network without a context
   * @param context [N, C], if the network was made with one
   */
  oneByOne({ n, scope, context }: OneByOneOptions): OneByOne {
    const [D, P, V] = [this.#inputs, this.#perInput, this.#views];
    const [first, ...rest] = this.layers as [Linear, ...Linear[]];
    const weight = usedWeight(first, scope);
    const shift = first.bias!.expand([context?.shape[0] ?? n, first.bias!.shape[0]!]);
    const start = context === undefined ? shift : shift.add(context.matmul(weight.slice(0, V * D)));
    const views = weight
      .slice(0, 0, V * D)
      .reshape([V, D, -1])
      .transpose([1, 0, 2]); //     [D, V, H]
    const last = rest.pop();
    const width = last?.weight.shape[0] ?? D * P;
    const read = last === undefined ? eye(width) : usedWeight(last, scope);
    const own = read.reshape([width, D, P]).transpose([1, 0, 2]); //                       [D, H, P]
    const shifts = (last?.bias ?? full([D * P], 0)).reshape([D, P]);
    return {
      start,
      turns: [views, own, shifts],
      params: (sums, [, matrix, bias]) => {
        const act = last === undefined ? (h: Tensor): Tensor => h : this.#activation;
        const h = rest.reduce((v, layer) => act(layer.forward(v, scope)), act(sums)); //   [N, H]
        return h.matmul(matrix!).add(bias!); //                                            [N, P]
      },
      add: (sums, x, [rows]) => sums.add(V === 1 ? x.unsqueeze(-1).mul(rows!) : x.matmul(rows!)),
    };
  }
}

function eye(extent: number): Tensor {
  const ones = Array.from({ length: extent * extent }, (_, i) => Number(i % (extent + 1) === 0));
  return constant(ndarray(ones, [extent, extent]));
}
