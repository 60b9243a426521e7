/**
 * @file A flow: an invertible map f from data to a base whose density is known, so that the density of data is exact:
 *
 *     log p(x) = log p_base(f(x)) + log |det ∂f/∂x|
 */
import { GenError, oneHot, sameShape, showShape, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Density, Mapped } from "@gen/core/prob";
import { standardNormal, type Base } from "./base.js";
import { Chain } from "./compose.js";
import { contextWidth, type At, type Bijection, type Unmapped } from "./transform.js";

export interface FlowOptions {
  /** From data to base, one after the other. */
  readonly transforms: readonly Bijection[];
  /** @default standardNormal of what the last transform gives */
  readonly base?: Base;
  /** The context is a class of so many: batches have a field `label` [N] i32. @default 0: the context is `context` */
  readonly classes?: number;
}

/** What a row is trained or measured on. */
export interface FlowBatch {
  /** [N, …shape] */
  readonly x: Tensor;
  /** [N, contextDim], for a conditional flow. */
  readonly context?: Tensor | undefined;
  /** [N] i32 instead of `context`, for a flow with classes. */
  readonly label?: Tensor | undefined;
}

/** A density of rows of one shape with exact log p(x), encoding and decoding. */
export class Flow implements Density {
  readonly transform: Chain;
  readonly base: Base;
  readonly contextDim: number;
  readonly classes: number;

  /** @throws GenError `shape` if the base has another shape than what comes out, or contexts differ in width */
  constructor({ transforms, base, classes = 0 }: FlowOptions) {
    this.transform = new Chain(transforms);
    this.base = base ?? standardNormal(this.transform.outputShape);
    this.contextDim = contextWidth([this.transform, { contextDim: this.base.contextDim ?? 0 }], "Flow");
    this.classes = classes;
    if (!sameShape(this.base.shape, this.transform.outputShape)) {
      throw new GenError(
        "shape",
        `Flow: expected a base of shape ${showShape(this.transform.outputShape)}, got ${showShape(this.base.shape)}`,
      );
    }
    if (classes > 0 && classes !== this.contextDim)
      throw new GenError("shape", `Flow: expected transforms with contextDim ${classes}, got ${this.contextDim}`);
  }

  /** Shape of one row of data. */
  get shape(): Shape {
    return this.transform.shape;
  }
  /** Shape of one code. */
  get latentShape(): Shape {
    return this.base.shape;
  }
  /** Numbers in one x: what nats are divided by for bits/dim. */
  get dims(): number {
    return sizeOf(this.shape);
  }

  /** f: codes of rows, and log |det ∂f/∂x|. @param x [N, …shape] @returns y [N, …latentShape], logDet [N] */
  encode(x: Tensor, at: At): Mapped {
    return this.transform.forward(x, this.#checked(at));
  }

  /** f⁻¹: rows of codes, and log |det ∂x/∂z|. @param z [N, …latentShape] @returns x [N, …shape], logDet [N] */
  decode(z: Tensor, at: At): Unmapped {
    return this.transform.inverse(z, this.#checked(at));
  }

  /** log p(x) of each row, in nats. @param x [N, …shape] @returns [N] */
  logProb(x: Tensor, scope: Scope, context?: Tensor): Tensor {
    const { y: z, logDet } = this.encode(x, { scope, context });
    return this.base.logProb(z, scope, context).add(logDet);
  }

  /** Draws of x. @returns [n, …shape] */
  sample(n: number, scope: Scope, context?: Tensor): Tensor {
    return this.decode(this.base.sample(n, scope, context), { scope, context }).x;
  }

  /** Draws with their densities, in one pass. @returns x [n, …shape], logProb [n] */
  draw(n: number, at: At): { readonly x: Tensor; readonly logProb: Tensor } {
    const z = this.base.sample(n, at.scope, at.context);
    const { x, logDet } = this.decode(z, at);
    return { x, logProb: this.base.logProb(z, at.scope, at.context).sub(logDet) };
  }

  /** The loss of maximum likelihood: the mean of −log p(x), in nats. */
  loss(batch: FlowBatch, scope: Scope): Tensor {
    return this.logProb(batch.x, scope, this.contextOf(batch)).mean().neg();
  }

  /** What a batch is conditioned on: its context, or its label as zeros with a one. */
  contextOf({ context, label }: Omit<FlowBatch, "x">): Tensor | undefined {
    const wanted = this.classes > 0 ? "label" : this.contextDim > 0 ? "context" : undefined;
    const given = label !== undefined ? "label" : context !== undefined ? "context" : undefined;
    if (wanted !== given)
      throw new GenError("graph", `Flow: expected ${wanted ?? "no context"}, got ${given ?? "none"}`);
    return label === undefined ? context : oneHot(label, this.classes);
  }

  #checked(at: At): At {
    const { context } = at;
    if (this.contextDim > 0 !== (context !== undefined) || (context && context.shape[1] !== this.contextDim)) {
      throw new GenError(
        "shape",
        `Flow: expected ${this.contextDim === 0 ? "no context" : `context [N, ${this.contextDim}]`}, got ${context === undefined ? "none" : showShape(context.shape)}`,
      );
    }
    return at;
  }
}
