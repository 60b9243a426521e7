/** @file Gradients of closed graphs: a call's own or derived one, and the scan that runs backwards. */
import { isReal } from "../dtype.js";
import { GenError } from "../error.js";
import type { Graph } from "../ir/graph.js";
import { callGraph, graphOf, inline, resultsOf, scan } from "../tensor/control.js";
import { slot } from "../tensor/inputs.js";
import { full, Tensor } from "../tensor/tensor.js";
import { vjp } from "./grad.js";
import type { Cotangent, Site } from "./rules.js";

/** Cotangents of all results, zeros for those that nobody used. */
function cotangentsOf({ node, gs }: Site<"call" | "scan">): Tensor[] {
  return node.types.map(({ dtype, shape }, i) => gs[i] ?? full(shape, 0, dtype));
}

/** A call is differentiated by the gradient that it carries, or else through its body. */
export function callGradient(site: Site<"call">): readonly Cotangent[] {
  const { body, gradient } = site.attrs;
  const gs = cotangentsOf(site);
  if (gradient !== undefined) return callGraph(gradient, [...site.x, ...resultsOf(site.node), ...gs]);
  const isTaken = site.x.map(({ dtype }) => isReal(dtype));
  return spread(isTaken, callGraph(pullback(body), [...site.x, ...gs]));
}

/**
 * The gradient of a scan is a scan from the end: it carries the cotangents of the carry and the sums for captures; at
 * each step the body is run again from the carry that was stored, and pulled back.
 */
export function scanGradient(site: Site<"scan">): readonly Cotangent[] {
  const { body, carries, scanned, length, reverse } = site.attrs;
  const results = resultsOf(site.node);
  const stored = results.slice(results.length - carries); // scan() records each incoming carry as the last stacks
  if (body.outputs.slice(-carries || Infinity).some(({ node }, i) => node !== body.inputs[i]!.node)) {
    throw new GenError(
      "graph",
      "grad: expected a scan that records its carries, got one that was simplified or imported",
      {
        fix: "take the gradient before the program is made",
      },
    );
  }
  const gs = cotangentsOf(site);
  const xs = site.x.slice(carries, carries + scanned);
  const captures = site.x.slice(carries + scanned);
  const real = (tensors: readonly Tensor[]): boolean[] => tensors.map(({ dtype }) => isReal(dtype));
  const [carryReal, xsReal, capturesReal] = [real(site.x.slice(0, carries)), real(xs), real(captures)];
  const count = carryReal.filter(Boolean).length;
  const pull = pullback(body);

  const back = scan(
    {
      carry: [
        ...gs.slice(0, carries).filter((_, i) => carryReal[i]),
        ...captures.filter((_, i) => capturesReal[i]).map(({ dtype, shape }) => full(shape, 0, dtype)),
      ],
      xs: [...stored, ...xs, ...gs.slice(carries)],
      length,
      reverse: !reverse,
    },
    (carry, slices) => {
      const inputs = [...slices.slice(0, carries + scanned), ...captures];
      const ofCarry = spread(carryReal, carry.slice(0, count));
      const ofOutputs = body.outputs.map(({ node }, i) =>
        i >= carries ? slices[scanned + i]! : (ofCarry[i] ?? full(new Tensor(node).shape, 0, new Tensor(node).dtype)),
      );
      const pulled = inline(pull, [...inputs, ...ofOutputs]);
      const toRows = pulled.splice(count, xsReal.filter(Boolean).length);
      const toCarry = pulled.splice(0, count);
      return { carry: [...toCarry, ...pulled.map((g, i) => carry[count + i]!.add(g))], ys: toRows };
    },
  );
  return [
    ...spread(carryReal, back.carry.slice(0, count)),
    ...spread(xsReal, back.ys),
    ...spread(capturesReal, back.carry.slice(count)),
  ];
}

/** A body's vjp as a closed graph: (inputs…, cotangents of the outputs…) → cotangents of the real inputs. */
function pullback(body: Graph): Graph {
  const inputs = body.inputs.map(({ node }) => slot(new Tensor(node)));
  const outputs = inline(body, inputs);
  const cotangents = outputs.map((y) => slot(y));
  const real = outputs.flatMap((y, i) => (isReal(y.dtype) ? [{ y, g: cotangents[i]! }] : []));
  const wrt = inputs.filter(({ dtype }) => isReal(dtype));
  const pulled = vjp(
    real.map(({ y }) => y),
    real.map(({ g }) => g),
    wrt,
  );
  return graphOf([...inputs, ...cotangents], pulled);
}

/** Values put where `isTaken` says, null elsewhere. */
function spread(isTaken: readonly boolean[], values: readonly Tensor[]): (Tensor | null)[] {
  let next = 0;
  return isTaken.map((taken) => (taken ? values[next++]! : null));
}
