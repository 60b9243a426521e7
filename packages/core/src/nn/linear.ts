/** @file A linear map with a bias. */
import { GenError } from "../error.js";
import type { Scope } from "../program/scope.js";
import { showShape } from "../shape.js";
import { param } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { biasInit, torchUniform, type WeightInit } from "./init.js";
import type { Layer } from "./layer.js";
import { usedWeight, type WeightMap, type WeightMapper } from "./weight-map.js";

export interface LinearOptions {
  /** Extent of the last axis of what comes in. */
  readonly inputs: number;
  /** Extent of the last axis of what goes out. */
  readonly outputs: number;
  /** @default true */
  readonly bias?: boolean;
  /** How the weight starts; beside any law but the default, the bias starts at 0. @default torchUniform */
  readonly init?: WeightInit;
  /** A mask, or a normalisation of the weight: `masked(…)`, `weightNorm()`, `spectralNorm()`. */
  readonly weightMap?: WeightMapper;
}

/**
 * A linear map of the last axis:
 *
 *     y = x·W + b
 */
export class Linear implements Layer {
  /** [inputs, outputs] */
  readonly weight: Tensor;
  /** [outputs] */
  readonly bias: Tensor | undefined;
  readonly weightMap: WeightMap | undefined;

  constructor({ inputs, outputs, bias = true, init = torchUniform, weightMap }: LinearOptions) {
    const fans = { fanIn: inputs, fanOut: outputs };
    const [shape, law] = [[inputs, outputs], init(fans)];
    this.weight = param(shape, law);
    this.weightMap = weightMap?.({ shape, outputAxis: 1, init: law });
    this.bias = bias ? param([outputs], biasInit(init, fans)) : undefined;
  }

  /**
   * @param x [… inputs]
   * @returns [… outputs]
   * @throws GenError `shape` if the last extent is not `inputs`
   */
  forward(x: Tensor, scope?: Scope): Tensor {
    const inputs = this.weight.shape[0]!;
    if (x.shape.at(-1) !== inputs) {
      throw new GenError("shape", `Linear: expected [… ${inputs}], got ${showShape(x.shape)}`);
    }
    const rows = x.rank === 1 ? x.unsqueeze(0) : x;
    const y = rows.matmul(usedWeight(this, scope));
    const shifted = this.bias === undefined ? y : y.add(this.bias);
    return x.rank === 1 ? shifted.squeeze(0) : shifted;
  }
}
