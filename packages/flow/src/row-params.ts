/** @file Parameters of a transform that are learned numbers, or a linear function of a context of each row. */
import { constantInit, normalInit, param, type Tensor } from "@gen/core";
import { Linear } from "@gen/core/nn";
import type { At } from "./transform.js";

export interface RowParamsOptions {
  /** Widths of the vectors that come out. */
  readonly sizes: readonly number[];
  /** 0: the vectors are learned, and the same for every row. */
  readonly contextDim: number;
  /** Deviation of the numbers, or of the linear map's weights, at the start. */
  readonly std: number;
}

/** Several vectors for each row. */
export class RowParams {
  /** [Σ sizes], without a context. */
  readonly values: Tensor | undefined;
  /** From context to the vectors. */
  readonly net: Linear | undefined;
  readonly #sizes: readonly number[];

  constructor({ sizes, contextDim, std }: RowParamsOptions) {
    const total = sizes.reduce((a, b) => a + b, 0);
    this.#sizes = sizes;
    this.values = contextDim === 0 ? param([total], std === 0 ? constantInit(0) : normalInit({ std })) : undefined;
    this.net =
      contextDim === 0
        ? undefined
        : new Linear({
            inputs: contextDim,
            outputs: total,
            init: () => normalInit({ std: std / Math.sqrt(contextDim) }),
          });
  }

  /** @returns one [N, size] for each size, or [1, size] where rows do not differ */
  of({ context }: At): Tensor[] {
    const all = this.net === undefined ? this.values!.unsqueeze(0) : this.net.forward(context!);
    return all.split(this.#sizes, 1);
  }
}
