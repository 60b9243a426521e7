/** @file Lowering of convolutions and of their gradients. */
import { typeOf, type NodeOf } from "../ir/node.js";
import type { ConvAttrs } from "../ir/ops.js";
import { emitTyped } from "./kernels.js";
import type { Attributes, Scope } from "./scope.js";

export function lowerConv(scope: Scope, node: NodeOf<"conv">): string {
  const inputs = node.inputs.map((input) => scope.read(input));
  return emitTyped(scope, "Conv", { inputs, dtype: typeOf(node.inputs[0]!).dtype, attributes: spell(node.attrs) });
}

function spell({ strides, pads, dilations, groups }: ConvAttrs): Attributes {
  return { strides, pads, dilations, group: groups };
}

export function lowerConvInputGrad(scope: Scope, node: NodeOf<"convInputGrad">): string {
  void scope;
  throw new Error(node.op);
}
export function lowerConvWeightGrad(scope: Scope, node: NodeOf<"convWeightGrad">): string {
  void scope;
  throw new Error(node.op);
}
