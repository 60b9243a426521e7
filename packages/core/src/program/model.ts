/** @file A model is a record: what its public fields hold is learned, and the path to it is its name. */
import { GenError } from "../error.js";
import type { InputAttrs } from "../ir/ops.js";
import { Tensor } from "../tensor/tensor.js";

/** Any record of parameters, states, models and arrays of them; other fields are left alone. */
export type Model = object;

/**
 * Everything in a model that lasts, by path (`encoder.layers.0.weight`), in the order of the fields. A parameter at
 * two paths is tied: it goes by the first.
 */
export function paths(model: Model): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  const named = new Set<Tensor["node"]>();
  const open = new Set<object>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (value instanceof Tensor) {
      if (lastingKind(value) === undefined || named.has(value.node)) return;
      named.add(value.node);
      found.set(path, value);
      return;
    }
    if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set) return;
    if (open.has(value))
      throw new GenError("graph", `model: expected a tree, got a field that leads back to itself at "${path}"`);
    open.add(value);
    for (const [name, field] of Object.entries(value)) visit(field, path === "" ? name : `${path}.${name}`);
    open.delete(value);
  };
  visit(model, "");
  return found;
}

/** The parameters of a model by path: what an optimizer learns. */
export function parameters(model: Model): Map<string, Tensor> {
  return new Map([...paths(model)].filter(([, tensor]) => lastingKind(tensor) === "param"));
}

/** The attributes of an input that lasts; undefined for any other tensor. */
export function lasting({ node }: Tensor): InputAttrs | undefined {
  return node.op === "input" && (node.attrs.kind === "param" || node.attrs.kind === "state") ? node.attrs : undefined;
}

function lastingKind(tensor: Tensor): "param" | "state" | undefined {
  return lasting(tensor)?.kind as "param" | "state" | undefined;
}
