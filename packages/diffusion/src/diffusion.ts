/**
 * @file A diffusion model: a network that, inside a wrapper, estimates the data from data with noise,
 *
 *     x̂(x, σ) = skip(σ)·x + out(σ)·F(α(σ)·x, clock(σ))
 *
 * where the process says α and which levels there are, and the target what F is. Karras et al. 2022, eq. 7. arXiv:2206.00364
 */
import { concat, full, GenError, sameShape, showShape, sizeOf, type Scope, type Shape, type Tensor } from "@gen/core";
import type { Codec } from "@gen/core/codec";
import type { Condition, ConditionOptions, Given } from "./condition.js";
import { conditionOf, noNull } from "./conditions.js";
import { rowShapeOf, type Network } from "./network.js";
import { checkProcess, clock, column, type Process } from "./forward.js";
import { linearBeta } from "./processes.js";
import { mixed, preconditioning, targetOf, type Target, type TargetName } from "./target.js";
import type { Estimate } from "./walk.js";

export interface DiffusionOptions {
  readonly network: Network;
  /** @default linearBeta() */
  readonly process?: Process;
  /** @default "epsilon" */
  readonly target?: TargetName | Target;
  /** What rows are conditioned on: a class (`label` in batches), words (`words`), a vector (`context`), or several. @default nothing */
  readonly condition?: Omit<ConditionOptions, "features">;
  /** Between the user's units and numbers of about unit size: see `@gen/core/codec`. @default none */
  readonly codec?: Codec;
  /** What the network sees are so many levels from −1 to 1, as of pictures: bounds are then probabilities. @default none: densities */
  readonly levels?: number;
  /** The network sees its last estimate, as further channels. Chen, Zhang & Hinton 2023, arXiv:2208.04202. @default false */
  readonly selfCondition?: boolean;
  /** The network gives the variance of each step too, as further channels. Nichol & Dhariwal 2021. @default "fixed" */
  readonly variance?: "fixed" | "learned";
}

/** Where and under what the data are estimated. */
export interface At {
  /** Scalar or [N]. */
  readonly sigma: Tensor;
  /** [N, features], of `embed`. */
  readonly condition?: Tensor | undefined;
  /** An earlier estimate, for a model that looks at one. @default none: zeros */
  readonly last?: Tensor | undefined;
  readonly scope: Scope;
}

/** What a network gave, and what follows. */
export interface Output extends Estimate {
  /** F. */
  readonly raw: Tensor;
  /** Its factor in x̂. */
  readonly out: Tensor;
}

export class Diffusion {
  readonly network: Network;
  readonly condition: Condition | undefined;
  readonly codec: Codec | undefined;
  readonly process: Process;
  readonly levels: number | undefined;
  readonly selfCondition: boolean;
  readonly variance: "fixed" | "learned";
  /** Shape of one row as the network sees it. */
  readonly rowShape: Shape;
  readonly #target: Target;

  /** @throws GenError `shape` if network and codec do not fit, `range` for a process whose levels do not rise */
  constructor(options: DiffusionOptions) {
    const { network, process = linearBeta(), target = "epsilon", condition, codec } = options;
    const { selfCondition = false, variance = "fixed" } = options;
    checkProcess(process);
    this.network = network;
    this.process = process;
    this.codec = codec;
    this.levels = options.levels;
    this.selfCondition = selfCondition;
    this.variance = variance;
    this.#target = targetOf(target);
    this.rowShape = rowShapeOf(network, { selfCondition, variance });
    if (codec !== undefined && !sameShape(codec.output, this.rowShape))
      throw new GenError(
        "shape",
        `Diffusion: expected a codec that gives ${showShape(this.rowShape)}, got ${showShape(codec.output)}`,
      );
    const features = network.conditionFeatures;
    if (features > 0 !== (condition !== undefined))
      throw new GenError("option", `Diffusion: expected a network with${features > 0 ? "out" : ""} conditionFeatures`, {
        fix: features > 0 ? "say what rows are conditioned on: condition: { classes: 10 }" : "conditionFeatures: 64",
      });
    this.condition = condition === undefined ? undefined : conditionOf({ ...condition, features });
  }

  /** Shape of one row of data, as the user gives it. */
  get shape(): Shape {
    return this.codec?.input ?? this.rowShape;
  }
  /** Numbers in one x: what nats are divided by for bits/dim. */
  get dims(): number {
    return sizeOf(this.shape);
  }

  /** The estimate of the data from x = data + σ·noise. @param x [N, …rowShape] */
  estimate(x: Tensor, { sigma, condition, last, scope }: At): Output {
    const n = x.shape[0]!;
    const s = column(sigma, x);
    const alpha = this.process.scale(s);
    const { skip, out } = preconditioning(this.#target({ sigma: s, alpha }), s);
    const seen = x.mul(alpha);
    const input = this.selfCondition ? concat([seen, last ?? full(x.shape, 0)], 1) : seen;
    const time = clock(this.process, sigma.rank === 0 ? sigma.expand([n]) : sigma);
    const given = this.network.forward(input, { time, condition }, scope);
    const channels = this.rowShape[0]!;
    const raw = this.variance === "learned" ? given.slice(1, 0, channels) : given;
    const blend = this.variance === "learned" ? given.slice(1, channels).add(1).mul(0.5) : undefined;
    const mean = skip === undefined ? raw.mul(out) : x.mul(skip).add(raw.mul(out));
    return { mean, blend, raw, out };
  }

  /** F, had the network known the data and the noise. */
  targetFor(data: Tensor, noise: Tensor, sigma: Tensor): Tensor {
    const s = column(sigma, data);
    return mixed(this.#target({ sigma: s, alpha: this.process.scale(s) }), data, noise);
  }

  /**
   * Vectors for the network: of the rows' condition, or [n, features] of nothing.
   *
   * @throws GenError `graph` if another one is given, `option` if some of it is missing and the model has no null
   */
  embed(given: Given, n: number): Tensor | undefined {
    const { condition } = this;
    const missing = this.#missing(given);
    if (condition === undefined) return undefined;
    if (missing.length > 0 && !condition.hasNull) throw noNull(`rows without their ${missing.join(", ")}`);
    const embedded = condition.embed(given);
    return embedded.expand([n, embedded.shape[1]!]);
  }

  /** The same for training, where the condition is whole and left out now and then. @throws GenError `graph` if some of it is missing */
  embedDropping(given: Given, scope: Scope): Tensor | undefined {
    const missing = this.#missing(given);
    if (missing.length > 0)
      throw new GenError("graph", `Diffusion: expected ${missing.join(", ")} of each row, got none`);
    return this.condition?.dropped(given, scope);
  }

  /** What the condition looks at and is not given. @throws GenError `graph` for what it does not look at */
  #missing(given: Given): readonly string[] {
    const names: readonly string[] = this.condition?.names ?? [];
    const got = (["label", "words", "context"] as const).filter((name) => given[name] !== undefined);
    const stray = got.find((name) => !names.includes(name));
    if (stray !== undefined)
      throw new GenError("graph", `Diffusion: expected ${names.join(", ") || "no condition"}, got ${stray}`);
    return names.filter((name) => given[name as (typeof got)[number]] === undefined);
  }

  /** Rows as the network sees them, and which of their numbers are known, of tables with gaps: NaN, or 0 in a mask of theirs. */
  encoded(x: Tensor, scope: Scope, known?: Tensor): { y: Tensor; logDet: Tensor | undefined; mask?: Tensor } {
    if (!sameShape(x.shape.slice(1), this.shape))
      throw new GenError(
        "shape",
        `Diffusion: expected rows ${showShape(this.shape)}, got ${showShape(x.shape.slice(1))}`,
        { fix: "give pictures of the size and channels that the model was made for" },
      );
    if (this.codec === undefined) return { y: x.dtype === "u8" ? x.cast("f32") : x, logDet: undefined };
    return this.codec.encode(x, scope, { mask: known });
  }

  /**
   * Rows of which a part is known, and which of their numbers are, as the network sees them.
   *
   * @param x anything finite where the mask is 0
   * @throws GenError `option` for a codec of tables that has words as columns and no place for gaps
   */
  encodedPart(
    x: Tensor,
    { mask, scope }: { readonly mask: Tensor; readonly scope: Scope },
  ): { y: Tensor; mask: Tensor } {
    const { codec } = this;
    if (codec === undefined || sizeOf(codec.input) === sizeOf(codec.output)) {
      const { y } = this.encoded(x, scope);
      return { y, mask: mask.reshape(y.shape) };
    }
    const { y, mask: known } = codec.encode(x, scope, { mask }); // a column may be several numbers
    return { y, mask: known ?? mask };
  }

  /** Rows in the user's units. @param y [N, …rowShape] @returns [N, …shape] */
  decoded(y: Tensor): Tensor {
    return this.codec?.decode(y) ?? y;
  }
}
