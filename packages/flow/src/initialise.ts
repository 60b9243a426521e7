/** @file Data-dependent initialisation: a program that sets each ActNorm from the rows that reach it. */
import { feed, GenError, paths, program, traceScope, type Program, type Tensor } from "@gen/core";
import { initialisingScope } from "./act-norm.js";
import type { Flow } from "./flow.js";
import { fields, type RowsOptions } from "./programs.js";

/**
 * Sends a batch through the flow once and writes the scale and shift of each ActNorm, so that what comes out of it has
 * mean 0 and deviation 1. To be run before training, on rows of the training split.
 *
 * @returns output nats: the mean of −log p(x) after it
 * @throws GenError `graph` for a flow without ActNorm, whose start does not depend on data
 */
export function initialise(flow: Flow, options: RowsOptions): Program {
  const feeds = Object.fromEntries(
    Object.entries(fields(flow, options)).map(([name, field]): [string, Tensor] =>
      "shape" in field ? [name, feed(field.shape, field.dtype)] : [name, feed(field)],
    ),
  );
  const scope = initialisingScope(traceScope("eval"));
  const nats = flow.loss(feeds as { x: Tensor }, scope);
  if (scope.writes.size === 0) {
    throw new GenError("graph", "initialise: expected a flow with ActNorm layers, got one without", {
      fix: "leave the initialisation out",
    });
  }
  const states = paths(flow);
  const nameOf = new Map([...states].map(([name, { node }]) => [node, name]));
  const writes = new Map([...scope.writes].map(([node, { next }]) => [nameOf.get(node)!, next]));
  return program({ states, feeds, key: scope.key, outputs: { nats }, writes });
}
