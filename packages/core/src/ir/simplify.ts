/**
 * @file Simplification: a graph that computes the same with less. Gradients must have been taken before, as it drops
 * what only they need: `stopGradient`, calls (which are unfolded), carries recorded by scans.
 *
 * It keeps every value, up to the sign of zero, bit for bit, with two exceptions: products with a chain of scalar
 * constants round once instead of twice, and x² is spelled x·x. It leaves x·0 alone, which is NaN where x is not finite.
 * What it folds is exact, or rounded correctly, as IEEE 754 asks of every provider.
 */
import type { Graph } from "./graph.js";
import { fixedPoint, rewrite } from "./rewrite.js";
import { tightenBodies } from "./simplify-bodies.js";
import { simplifications } from "./simplify-rules.js";
import { unfoldCalls } from "./unfold.js";

/** Graphs that are as simple as they get, and what others became; bodies are met again and again. */
const simplified = new WeakMap<Graph, Graph>();

/** A graph of the same inputs and outputs that computes the same with less; itself when there is nothing to gain. */
export function simplify(graph: Graph): Graph {
  const known = simplified.get(graph);
  if (known !== undefined) return known;
  const result = graph.rewritten((roots) =>
    fixedPoint(unfoldCalls(roots), (nodes) => tightenBodies(rewrite(nodes, simplifications), simplify)),
  );
  simplified.set(graph, result).set(result, result);
  return result;
}
