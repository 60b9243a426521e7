/** @file The prior of several layers of latents: p(z) = p(z_L) Π_l p(z_l | z_{l+1}), normal below the top. */
import { concat, type Scope, type Shape, type Tensor } from "@gen/core";
import { Mlp, type Activation } from "@gen/core/nn";
import { normal, type Density, type Normal } from "@gen/core/prob";

export interface LayeredPriorOptions {
  /** Width of each layer of latents, from the one next to the picture up. */
  readonly dims: readonly number[];
  /** p(z_L) */
  readonly top: Density;
  /** Width of the hidden layer of each network between two layers of latents. */
  readonly width: number;
  readonly activation: Activation;
}

/** A code is its layers side by side, z_1 first: [ΣZ_l]. */
export class LayeredPrior implements Density {
  readonly top: Density;
  /** From z_{l+1} to mean and log-variance of z_l. */
  readonly down: readonly Mlp[];
  readonly #dims: readonly number[];

  constructor({ dims, top, width, activation }: LayeredPriorOptions) {
    this.top = top;
    this.down = dims.slice(1).map((inputs, l) => {
      return new Mlp({ inputs, hidden: [width], outputs: 2 * dims[l]!, activation });
    });
    this.#dims = dims;
  }

  get shape(): Shape {
    return [this.#dims.reduce((sum, dim) => sum + dim, 0)];
  }

  /** p(z_l | z_{l+1}) @param l from 0 */
  layer(l: number, above: Tensor): Normal {
    return normalOf(this.down[l]!.forward(above));
  }

  /** log p of layer `l` given the one above it. @returns [N], nats */
  layerLogProb(l: number, layers: readonly Tensor[], scope: Scope): Tensor {
    const z = layers[l]!;
    return l === this.down.length ? this.top.logProb(z, scope) : this.layer(l, layers[l + 1]!).logProb(z);
  }

  logProb(z: Tensor, scope: Scope): Tensor {
    const layers = this.split(z);
    return layers.map((_, l) => this.layerLogProb(l, layers, scope)).reduce((sum, logP) => sum.add(logP));
  }

  sample(n: number, scope: Scope): Tensor {
    const layers = [this.top.sample(n, scope)];
    for (let l = this.down.length - 1; l >= 0; l--) layers.unshift(this.layer(l, layers[0]!).sample(scope.nextKey()));
    return concat(layers, 1);
  }

  /** The layers of a code. */
  split(z: Tensor): Tensor[] {
    return z.split(this.#dims, 1);
  }
}

/** A normal distribution from its means and log-variances side by side, [N, 2Z]. */
export function normalOf(numbers: Tensor): Normal {
  const dim = numbers.shape[1]! / 2;
  const [mean, logVar] = numbers.split([dim, dim], 1) as [Tensor, Tensor];
  return normal({ mean, logStd: logVar.mul(0.5), eventDims: 1 });
}
