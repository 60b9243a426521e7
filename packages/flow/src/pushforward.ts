/**
 * @file A density by its draws: what comes of a base when it is carried through transforms. Its density is known where it is
 * drawn, which is all that variational inference asks for; the transforms need no inverse.
 */
import { GenError, sameShape, showShape, type Shape, type Tensor } from "@gen/core";
import type { Base } from "./base.js";
import { Chain } from "./compose.js";
import { contextWidth, type At, type Transform } from "./transform.js";

export interface PushforwardOptions<T extends Transform = Transform> {
  readonly base: Base;
  /** From base to target, one after the other. */
  readonly transforms: readonly T[];
}

/** Rows that were drawn, and what they came from. */
export interface Drawn {
  /** [n, …shape] */
  readonly z: Tensor;
  /** log q(z), [n] in nats */
  readonly logProb: Tensor;
}

/**
 *     z₀ ~ q₀, z = f(z₀)        log q(z) = log q₀(z₀) − log |det ∂f/∂z₀|
 *
 * @see Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows", eq. 6 and 7. arXiv:1505.05770
 */
export class Pushforward<T extends Transform = Transform> {
  readonly base: Base;
  readonly transform: Chain<T>;
  readonly contextDim: number;

  /** @throws GenError `shape` if the base does not give what the first transform takes */
  constructor({ base, transforms }: PushforwardOptions<T>) {
    this.base = base;
    this.transform = new Chain(transforms);
    this.contextDim = contextWidth([this.transform, { contextDim: base.contextDim ?? 0 }], "Pushforward");
    if (!sameShape(base.shape, this.transform.shape)) {
      throw new GenError(
        "shape",
        `Pushforward: expected a base ${showShape(this.transform.shape)}, got ${showShape(base.shape)}`,
      );
    }
  }

  get shape(): Shape {
    return this.transform.outputShape;
  }

  /** n draws with their log-densities. */
  draw(n: number, at: At): Drawn {
    const z0 = this.base.sample(n, at.scope, at.context);
    const { y: z, logDet } = this.transform.forward(z0, at);
    return { z, logProb: this.base.logProb(z0, at.scope, at.context).sub(logDet) };
  }
}
