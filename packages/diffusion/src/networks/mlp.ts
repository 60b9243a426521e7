/** @file A network for points and rows of tables: residual layers, each told the time. */
import { silu, type Scope, type Shape, type Tensor } from "@gen/core";
import { LayerNorm, Linear, zeroWeights } from "@gen/core/nn";
import type { Network, NetworkInput } from "../network.js";
import { TimeEmbedding } from "./time.js";

export interface MlpNetworkOptions {
  /** D: numbers in a row. */
  readonly dim: number;
  /** Numbers that come out. @default dim */
  readonly outputs?: number;
  /** @default 128 */
  readonly width?: number;
  /** Residual layers. @default 3 */
  readonly depth?: number;
  /** Width of the condition. @default 0: none */
  readonly conditionFeatures?: number;
}

/** h ← h + W silu(norm(h)·(1 + s(e)) + b(e)), e the embedded time: [N, D] → [N, outputs]. */
export class MlpNetwork implements Network {
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly conditionFeatures: number;
  readonly time: TimeEmbedding;
  readonly first: Linear;
  readonly layers: readonly Layer[];
  readonly last: Linear;

  constructor(options: MlpNetworkOptions) {
    const { dim, outputs = dim, width = 128, depth = 3, conditionFeatures = 0 } = options;
    this.shape = [dim];
    this.outputShape = [outputs];
    this.conditionFeatures = conditionFeatures;
    this.time = new TimeEmbedding({ waves: 64, features: width, conditionFeatures });
    this.first = new Linear({ inputs: dim, outputs: width });
    this.layers = Array.from({ length: depth }, () => new Layer(width));
    this.last = new Linear({ inputs: width, outputs, init: zeroWeights });
  }

  forward(x: Tensor, input: NetworkInput, scope?: Scope): Tensor;
  forward(x: Tensor, input: NetworkInput): Tensor {
    const e = silu(this.time.forward(input)); // [N, width]
    const h = this.layers.reduce((state, layer) => layer.forward(state, e), this.first.forward(x));
    return this.last.forward(silu(h));
  }
}

class Layer {
  readonly norm: LayerNorm;
  readonly scale: Linear;
  readonly shift: Linear;
  readonly map: Linear;

  constructor(width: number) {
    this.norm = new LayerNorm({ features: width, affine: false });
    this.scale = new Linear({ inputs: width, outputs: width });
    this.shift = new Linear({ inputs: width, outputs: width });
    this.map = new Linear({ inputs: width, outputs: width });
  }

  forward(h: Tensor, e: Tensor): Tensor {
    const told = this.norm.forward(h).mul(this.scale.forward(e).add(1)).add(this.shift.forward(e));
    return h.add(this.map.forward(silu(told)));
  }
}
