/** @file Minibatch discrimination: each row also sees how near it is to the others of its batch, so that a collapsed batch shows. */
import { scalar, type Tensor } from "@gen/core";
import { Linear } from "@gen/core/nn";
import { checkWhole } from "./check.js";

export interface MinibatchOptions {
  /** Similarities for each row. @default 16 */
  readonly kernels?: number;
  /** Numbers that each is measured in. @default 4 */
  readonly kernelDim?: number;
}

/**
 * With M_i = f(x_i) T, a [kernels, kernelDim] table for each row:
 *
 *     o(x_i)_b = Σ_{j ≠ i} exp(−‖M_ib − M_jb‖₁) / (N − 1)
 *
 * The paper sums; the mean does not depend on the size of the batch.
 *
 * @see Salimans et al. 2016, "Improved Techniques for Training GANs", §3.2. arXiv:1606.03498
 */
export class MinibatchDiscrimination {
  readonly table: Linear;
  /** Numbers for each row: the kernels. */
  readonly outputs: number;
  readonly #kernelDim: number;

  constructor({ features, kernels = 16, kernelDim = 4 }: MinibatchOptions & { readonly features: number }) {
    checkWhole("kernels", kernels, { where: "minibatch", least: 1 });
    checkWhole("kernelDim", kernelDim, { where: "minibatch", least: 1 });
    this.table = new Linear({ inputs: features, outputs: kernels * kernelDim, bias: false });
    this.outputs = kernels;
    this.#kernelDim = kernelDim;
  }

  /** @param features [N, F] @returns [N, kernels] */
  forward(features: Tensor): Tensor {
    const n = features.shape[0]!;
    const rows = this.table.forward(features).reshape([n, this.outputs, this.#kernelDim]); // [N, B, K]
    const apart = rows.unsqueeze(0).sub(rows.unsqueeze(1)).abs().sum(3); //                   [N, N, B]
    const others = scalar(1).expand([n]).sum().sub(1).maximum(1); // counted in the graph: a file takes any N
    return apart.neg().exp().sum(1).sub(1).div(others); // without itself
  }
}
