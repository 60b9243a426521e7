/**
 * @file A prior that is learned one latent number after the other: a masked network gives a mixture of normal
 * distributions for each number from those before it.
 * Germain et al. 2015, "MADE", arXiv:1502.03509; as a prior: Chen et al. 2017, "Variational Lossy Autoencoder",
 * arXiv:1611.02731.
 */
import {
  constant,
  iota,
  logSoftmax,
  logSumExp,
  ndarray,
  param,
  randomNormal,
  scalar,
  scan,
  splitKey,
  uniformInit,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import { activationOf, torchUniform, type Activation } from "@gen/core/nn";
import { categorical, normal, type Density } from "@gen/core/prob";
import type { PriorSizes } from "./prior.js";
import { checkWhole } from "./rows.js";

export interface AutoregressivePriorOptions {
  /** Widths of the hidden layers. @default [200] */
  readonly hidden?: readonly number[];
  /** Normal distributions in the mixture of each number. @default 5 */
  readonly components?: number;
  /** @default "silu" */
  readonly activation?: Activation;
}

/**
 * p(z) = Π_d Σ_c π_c(z_{<d}) N(z_d; μ_c(z_{<d}), σ_c²(z_{<d}))
 *
 * The density is one pass through the network, a draw is one pass for each number.
 */
export function autoregressivePrior({
  hidden = [200],
  components = 5,
  activation = "silu",
}: AutoregressivePriorOptions = {}): (sizes: PriorSizes) => Density {
  const where = "autoregressivePrior";
  checkWhole("components", components, { where, least: 1 });
  hidden.forEach((width) => checkWhole("hidden", width, { where, least: 1 }));
  return ({ latentDim }) => new AutoregressivePrior(latentDim, { hidden, components, activation });
}

class AutoregressivePrior implements Density {
  readonly layers: readonly MaskedLinear[];
  readonly #dim: number;
  readonly #components: number;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(dim: number, { hidden, components, activation }: Required<AutoregressivePriorOptions>) {
    // A unit of degree d sees the numbers before the d-th, counted from 0: hidden units go round from 1 to Z − 1.
    const own = Array.from({ length: dim }, (_, d) => d);
    const degrees = [
      own.map((d) => d + 1),
      ...hidden.map((width) => Array.from({ length: width }, (_, i) => (dim === 1 ? 0 : 1 + (i % (dim - 1))))),
    ];
    const last = Array.from({ length: 3 * components }, () => own).flat(); // [part, component, number]
    this.layers = [...degrees, last].slice(1).map((to, i) => new MaskedLinear(degrees[i]!, to));
    this.#dim = dim;
    this.#components = components;
    this.#activation = activationOf(activation);
  }

  get shape(): Shape {
    return [this.#dim];
  }

  logProb(z: Tensor): Tensor {
    const { mean, logStd, logits } = this.#mixture(z);
    const each = normal({ mean, logStd }).logProb(z.unsqueeze(1)); // [N, C, Z]
    return logSumExp(each.add(logSoftmax(logits, 1)), 1).sum(1);
  }

  sample(n: number, scope: Scope): Tensor {
    const key = scope.nextKey();
    const start = [scalar(0).expand([n, this.#dim]), scalar(0, "i32")];
    const { carry } = scan({ carry: start, length: this.#dim }, ([z, d]) => {
      const own = splitKey(key, d!);
      const { mean, logStd, logits } = this.#mixture(z!);
      const chosen = categorical({ logits: logits.transpose([0, 2, 1]) }).sample(splitKey(own, 0)); // [n, Z]
      const pick = (numbers: Tensor): Tensor =>
        iota(this.#components, "i32")
          .reshape([1, this.#components, 1])
          .equal(chosen.unsqueeze(1))
          .cast("f32")
          .mul(numbers)
          .sum(1);
      const drawn = randomNormal(splitKey(own, 1), [n, this.#dim]).mul(pick(logStd).exp()).add(pick(mean));
      const isNext = iota(this.#dim, "i32").equal(d!);
      return { carry: [isNext.where(drawn, z!), d!.add(1)] };
    });
    return carry[0]!;
  }

  /** Of each number of each row, [N, C, Z] each. */
  #mixture(z: Tensor): { mean: Tensor; logStd: Tensor; logits: Tensor } {
    const numbers = this.layers.reduce((h, layer, i) => layer.forward(i === 0 ? h : this.#activation(h)), z);
    const parts = numbers.reshape([z.shape[0]!, 3, this.#components, this.#dim]);
    const [mean, logStd, logits] = parts.split([1, 1, 1], 1).map((part) => part.squeeze(1)) as [Tensor, Tensor, Tensor];
    return { mean, logStd, logits };
  }
}

/** A linear map in which a unit of degree d gets only from units of degree d or less. */
class MaskedLinear {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly #mask: Tensor;

  constructor(from: readonly number[], to: readonly number[]) {
    const fans = { fanIn: from.length, fanOut: to.length };
    this.weight = param([from.length, to.length], torchUniform(fans));
    this.bias = param([to.length], uniformInit(-0.5, 0.5)); // components must differ
    this.#mask = constant(
      ndarray(
        from.flatMap((a) => to.map((b) => Number(a <= b))),
        [from.length, to.length],
      ),
    );
  }

  forward(x: Tensor): Tensor {
    return x.matmul(this.weight.mul(this.#mask)).add(this.bias);
  }
}
