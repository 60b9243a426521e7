/**
 * @file A flow: an invertible map f from data to a base whose density is known, so that the density of data is exact:
 *
 *     log p(x) = log p_base(f(x)) + log |det ∂f/∂x|
 */
import {
  full,
  GenError,
  oneHot,
  sameShape,
  showShape,
  sizeOf,
  traceScope,
  type Scope,
  type Shape,
  type Tensor,
} from "@gen/core";
import type { Density, Mapped } from "@gen/core/prob";
import type { Codec, EncodeOptions } from "@gen/core/codec";
import { standardNormal, type Base } from "./base.js";
import { Chain } from "./compose.js";
import type { Drawn } from "./pushforward.js";
import { contextWidth, type At, type Bijection } from "./transform.js";

export interface FlowOptions {
  /** From data to base, one after the other. */
  readonly transforms: readonly Bijection[];
  /** @default standardNormal of what the last transform gives */
  readonly base?: Base;
  /**
   * Between the user's units and what the first transform takes: see `@gen/core/codec`. Its rows are reshaped to those of
   * the transform: pictures for a flow of flat rows, say. @default none
   */
  readonly codec?: Codec | undefined;
  /**
   * Between the user's units of the context and what transforms take: fields `context` are [N, input] then. Its noise is
   * at its middle, and its log-determinant does not count. @default none
   */
  readonly contextCodec?: Codec | undefined;
  /** The context is a class of so many: batches have a field `label` [N] i32. @default 0: the context is `context` */
  readonly classes?: number;
}

/** What a row is trained or measured on. */
export interface FlowBatch {
  /** [N, …shape] */
  readonly x: Tensor;
  /** [N, …shape], 1 where x is known and 0 in a gap, for a codec of tables with gaps; without it NaN is a gap. */
  readonly mask?: Tensor | undefined;
  /** [N, contextWidth], for a conditional flow. */
  readonly context?: Tensor | undefined;
  /** [N] i32 instead of `context`, for a flow with classes. */
  readonly label?: Tensor | undefined;
}

/** A density of rows of one shape: exact log p(x) (a bound in the mean, where the codec dequantises), codes, and samples. */
export class Flow implements Density {
  readonly codec: Codec | undefined;
  readonly contextCodec: Codec | undefined;
  readonly transform: Chain;
  readonly base: Base;
  readonly contextDim: number;
  readonly classes: number;

  /** @throws GenError `shape` if codec, transforms and base do not fit together, or contexts differ in width */
  constructor({ transforms, base, codec, contextCodec, classes = 0 }: FlowOptions) {
    this.codec = codec;
    this.contextCodec = contextCodec;
    this.transform = new Chain(transforms);
    this.base = base ?? standardNormal(this.transform.outputShape);
    this.contextDim = contextWidth([this.transform, { contextDim: this.base.contextDim ?? 0 }], "Flow");
    this.classes = classes;
    if (!sameShape(this.base.shape, this.transform.outputShape)) {
      throw new GenError(
        "shape",
        `Flow: expected a base ${showShape(this.transform.outputShape)}, got ${showShape(this.base.shape)}`,
      );
    }
    if (codec !== undefined && sizeOf(codec.output) !== sizeOf(this.transform.shape)) {
      throw new GenError(
        "shape",
        `Flow: expected a codec that gives ${showShape(this.transform.shape)}, got ${showShape(codec.output)}`,
      );
    }
    const coded = contextCodec === undefined ? this.contextDim : sizeOf(contextCodec.output);
    if (coded !== this.contextDim || (contextCodec !== undefined && classes > 0)) {
      const wanted =
        classes > 0 ? "no codec of the context beside classes" : `a codec of the context that gives ${this.contextDim}`;
      throw new GenError("shape", `Flow: expected ${wanted}, got one that gives ${coded}`);
    }
    if (classes > 0 && classes !== this.contextDim)
      throw new GenError("shape", `Flow: expected transforms with contextDim ${classes}, got ${this.contextDim}`);
  }

  /** Shape of one row of data, as the user gives it. */
  get shape(): Shape {
    return this.codec?.input ?? this.transform.shape;
  }
  /** Numbers in one context, as the user gives it; 0 for none, and for classes. */
  get contextWidth(): number {
    if (this.classes > 0) return 0;
    return this.contextCodec === undefined ? this.contextDim : sizeOf(this.contextCodec.input);
  }
  /** Shape of one code. */
  get latentShape(): Shape {
    return this.base.shape;
  }
  /** Numbers in one x: what nats are divided by for bits/dim. */
  get dims(): number {
    return sizeOf(this.shape);
  }

  /** Codes of rows, and log |det| of codec and transforms. @param x [N, …shape] @returns y [N, …latentShape], logDet [N] */
  encode(x: Tensor, at: At, options?: EncodeOptions): Mapped {
    const { context, scope } = this.#checked(at);
    const coded = this.coded(x, scope, options);
    const { y, logDet } = this.transform.forward(coded.y, { context, scope });
    return { y, logDet: logDet.add(coded.logDet) };
  }

  /** Rows as the first transform takes them. @param x [N, …shape] @returns y [N, …transform.shape], logDet [N] of the codec */
  coded(x: Tensor, scope: Scope, options?: EncodeOptions): Mapped {
    if (this.codec === undefined) return { y: x, logDet: full([x.shape[0]!], 0, x.dtype) };
    const { y, logDet } = this.codec.encode(x, scope, options);
    return { y: y.reshape([x.shape[0]!, ...this.transform.shape]), logDet };
  }

  /** Rows of codes. @param z [N, …latentShape] @returns [N, …shape] */
  decode(z: Tensor, at: At): Tensor {
    const { x } = this.transform.inverse(z, this.#checked(at));
    return this.codec?.decode(x.reshape([z.shape[0]!, ...this.codec.output])) ?? x;
  }

  /** log p(x) of each row, in nats. @param x [N, …shape] @returns [N] */
  logProb(x: Tensor, scope: Scope, context?: Tensor): Tensor {
    return this.#measured(this.encode(x, { scope, context }), { scope, context });
  }

  /** log p(x) of each row of a batch, with its gaps and its condition. @returns [N], in nats */
  logProbOf(batch: FlowBatch, scope: Scope): Tensor {
    const at = { scope, context: this.contextOf(batch) };
    return this.#measured(this.encode(batch.x, at, batch.mask && { mask: batch.mask }), at);
  }

  /** Draws of x. @returns [n, …shape] */
  sample(n: number, scope: Scope, context?: Tensor): Tensor {
    return this.decode(this.base.sample(n, scope, context), { scope, context });
  }

  /** Draws with their log-densities, for variational inference: of a flow without a codec. */
  draw(n: number, at: At): Drawn {
    if (this.codec !== undefined)
      throw new GenError("graph", "Flow: expected no codec for draws with densities, got one");
    const z0 = this.base.sample(n, at.scope, at.context);
    const { x: z, logDet } = this.transform.inverse(z0, this.#checked(at));
    return { z, logProb: this.base.logProb(z0, at.scope, at.context).sub(logDet) };
  }

  /** The loss of maximum likelihood: the mean of −log p(x), in nats. */
  loss(batch: FlowBatch, scope: Scope): Tensor {
    return this.logProbOf(batch, scope).mean().neg();
  }

  /** What a batch is conditioned on, as the transforms take it: its context, or its label as zeros with a one. */
  contextOf({ context, label }: Pick<FlowBatch, "context" | "label">): Tensor | undefined {
    const wanted = this.classes > 0 ? "label" : this.contextDim > 0 ? "context" : undefined;
    const given = label !== undefined ? "label" : context !== undefined ? "context" : undefined;
    if (wanted !== given)
      throw new GenError("graph", `Flow: expected ${wanted ?? "no context"}, got ${given ?? "none"}`);
    if (label !== undefined) return oneHot(label, this.classes);
    if (context === undefined || this.contextCodec === undefined) return context;
    return this.contextCodec.encode(context, traceScope("eval"), { dequantise: "middle" }).y;
  }

  #measured({ y: z, logDet }: Mapped, { scope, context }: At): Tensor {
    return this.base.logProb(z, scope, context).add(logDet);
  }

  #checked(at: At): At {
    const { context } = at;
    if (this.contextDim > 0 !== (context !== undefined) || (context && context.shape[1] !== this.contextDim)) {
      const wanted = this.contextDim === 0 ? "no context" : `context [N, ${this.contextDim}]`;
      throw new GenError(
        "shape",
        `Flow: expected ${wanted}, got ${context === undefined ? "none" : showShape(context.shape)}`,
      );
    }
    return at;
  }
}
