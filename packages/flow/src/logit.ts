/** @file The logit: from an interval to the whole line. Dinh et al. 2017, §4.1; Papamakarios et al. 2017, appendix E.2. */
import { GenError, softplus, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { checkRows, sumRows, type Bijection, type Unmapped } from "./transform.js";

export interface LogitOptions {
  readonly shape: Shape;
  /** λ: keeps this far from both ends, where the logit is infinite. @default 1e-6 */
  readonly margin?: number;
}

/**
 * From [0, 1] to the real line, element by element:
 *
 *     y = logit(p), p = λ + (1 − 2λ) x        log |dy/dx| = log(1 − 2λ) − log p − log(1 − p)
 *
 * 1 − p is worked out from 1 − x, so that both ends are alike in float32. `Flow` refuses data outside [0, 1].
 */
export class Logit implements Bijection {
  readonly shape: Shape;
  readonly contextDim = 0;
  /** What comes in has to lie here. */
  readonly domain = [0, 1] as const;
  readonly #margin: number;

  /** @throws GenError `range` for a margin outside (0, ½) */
  constructor({ shape, margin = 1e-6 }: LogitOptions) {
    if (!(margin > 0 && margin < 0.5)) throw new GenError("range", `Logit: expected margin in (0, ½), got ${margin}`);
    this.shape = shape;
    this.#margin = margin;
  }

  get outputShape(): Shape {
    return this.shape;
  }

  forward(x: Tensor): Mapped {
    checkRows(x, { shape: this.shape, where: "Logit" });
    const { margin, range, rest } = this.#constants();
    const [a, b] = [x.mul(range).add(margin).log(), x.neg().add(1).mul(range).add(rest).log()];
    return { y: a.sub(b), logDet: sumRows(a.add(b).neg().add(Math.log(range))) };
  }

  inverse(y: Tensor): Unmapped {
    const { margin, range } = this.#constants();
    const x = y.sigmoid().sub(margin).div(range);
    return { x, logDet: sumRows(softplus(y).add(softplus(y.neg())).add(Math.log(range))).neg() };
  }

  /** λ and 1 − 2λ as float32 has them, and what they leave of 1. */
  #constants(): { margin: number; range: number; rest: number } {
    const [margin, range] = [Math.fround(this.#margin), Math.fround(1 - 2 * this.#margin)];
    return { margin, range, rest: 1 - margin - range };
  }
}
