/**
 * @file Laws over the cases of every primitive: a runtime computes what `evaluate` says, and a gradient is the limit of
 * differences, also when it is differentiated again. Called from tests, under vitest.
 */
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/grad.js";
import { isReal, type DType } from "../dtype.js";
import { evaluate } from "../ir/evaluate.js";
import { facts, RTOL, type Provider } from "../ir/facts.js";
import { Graph } from "../ir/graph.js";
import { typeOf } from "../ir/node.js";
import type { Op } from "../ir/ops.js";
import { simplify } from "../ir/simplify.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { constant, Tensor } from "../tensor/tensor.js";
import { randomCase } from "./conformance-random.js";
import { primitiveCases } from "./primitive-cases.js";
import { spread, type PrimitiveCase } from "./primitive-cases-build.js";

type Arrays = Readonly<Record<string, NdArray>>;
/** What a runtime does: a graph on inputs. */
export type Run = (graph: Graph, inputs: Arrays) => Promise<Arrays> | Arrays;

export interface ConformanceOptions {
  /** Whose column of tolerances holds. */
  readonly provider: Provider;
  /** Why a case cannot be run here, if it cannot; it is then reported as skipped. */
  readonly skip?: (op: Op, given: PrimitiveCase) => string | undefined;
  /** All cases of an op in one graph: where it takes long to make a graph ready. @default false */
  readonly bundled?: boolean;
}

/** Every primitive, on every case, gives what `evaluate` gives, within the tolerances of `facts`. */
export function describeConformance(name: string, runOne: Run, options: ConformanceOptions): void {
  const { provider, skip, bundled = false } = options;
  describe(`${name} computes what the reference says`, () => {
    for (const [op, cases] of Object.entries(primitiveCases) as [Op, readonly PrimitiveCase[]][]) {
      const able = cases.filter((given) => skip?.(op, given) === undefined);
      const run = bundled ? together(runOne, able) : runOne;
      describe(op, () => {
        for (const given of cases) {
          it(given.name, async (context) => {
            const reason = skip?.(op, given);
            if (reason !== undefined) context.skip(reason);
            const got = await run(given.graph, given.inputs);
            const wanted = evaluate(given.graph, given.inputs);
            const terms = facts[op].scaled ? evaluate(given.graph, magnitudes(given.inputs)) : undefined;
            for (const { name: output, node } of given.graph.outputs) {
              const atol = (i: number): number =>
                facts[op][provider].atol * (terms === undefined ? 1 : Math.max(1, Number(terms[output]!.data[i])));
              expectClose(got[output], wanted[output]!, { dtype: typeOf(node).dtype, atol });
            }
          });
        }
      });
    }
  });
}

/** Runs graphs as one, the first time that one of them is wanted; apart, if that fails, to see which one it was. */
function together(run: Run, cases: readonly PrimitiveCase[]): Run {
  const names = new Map(cases.map(({ graph }, i) => [graph, (name: string) => `${i}.${name}`]));
  const renamed = (ports: Graph["inputs"], as: (name: string) => string): Graph["inputs"] =>
    ports.map(({ name, node }) => ({ name: as(name), node }));
  let all: Promise<Arrays | undefined> | undefined;
  const runAll = async (): Promise<Arrays | undefined> => {
    const graph = new Graph({
      inputs: cases.flatMap((given) => renamed(given.graph.inputs, names.get(given.graph)!)),
      outputs: cases.flatMap((given) => renamed(given.graph.outputs, names.get(given.graph)!)),
    });
    const inputs = cases.flatMap((given) =>
      Object.entries(given.inputs).map(([name, array]) => [names.get(given.graph)!(name), array] as const),
    );
    return run(graph, Object.fromEntries(inputs));
  };
  return async (graph, inputs) => {
    const results = await (all ??= runAll().catch(() => undefined));
    if (results === undefined) return run(graph, inputs);
    return Object.fromEntries(graph.outputs.map(({ name }) => [name, results[names.get(graph)!(name)]!]));
  };
}

export interface RandomGraphsOptions {
  /** @default 20 */
  readonly count?: number;
  /** Why a graph cannot be run here, if it cannot. */
  readonly skip?: (graph: Graph) => string | undefined;
}

/** Random graphs, with scans and calls in them, give what `evaluate` gives, before and after they are simplified. */
export function describeRandomGraphs(name: string, run: Run, { count = 20, skip }: RandomGraphsOptions = {}): void {
  describe(`${name} runs graphs drawn at random`, () => {
    it.for(Array.from({ length: count }, (_, seed) => seed))("graph %i", async (seed, context) => {
      const { graph, inputs } = randomCase(seed, 10 + (seed % 30));
      const reason = skip?.(graph);
      if (reason !== undefined) context.skip(reason);
      const wanted = evaluate(graph, inputs);
      for (const version of [graph, simplify(graph)]) {
        const got = await run(version, inputs);
        for (const { name: output, node } of graph.outputs) {
          expectClose(got[output], wanted[output]!, { dtype: typeOf(node).dtype, atol: () => 1e-4, rtol: 1e-4 });
        }
      }
    });
  });
}

/** The sizes of real numbers; a sum of them is Σ|terms|. */
function magnitudes(inputs: Arrays): Arrays {
  const size = (array: NdArray): NdArray =>
    isReal(array.dtype) ? { ...array, data: (array.data as Float32Array).map(Math.abs) } : array;
  return Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, size(array)]));
}

/** Equal shapes; equal elements, or for real numbers such within rtol·|v| + atol. NaN and infinities must match. */
export function expectClose(
  got: NdArray | undefined,
  wanted: NdArray,
  { dtype, atol, rtol = RTOL }: { dtype: DType; atol: (i: number) => number; rtol?: number },
): void {
  expect(got?.shape).toEqual(wanted.shape);
  if (!isReal(dtype)) {
    expect([...got!.data]).toEqual([...wanted.data]);
    return;
  }
  for (let i = 0; i < wanted.data.length; i++) {
    const exact = Number(wanted.data[i]);
    const v: number = dtype === "f32" ? Math.fround(exact) : exact; // what overflows f32 must do so
    const x = Number(got!.data[i]);
    const isNear = Object.is(x, v) || x === v || Math.abs(x - v) <= atol(i) + rtol * Math.abs(v);
    if (!isNear) expect.fail(`element ${i}: expected ${v}, got ${x}, which is ${Math.abs(x - v)} off`);
  }
}

/** Step of the central differences; the error of second order is below 1e-8 where derivatives are moderate. */
const STEP = 1e-5;
/** Of larger arrays only so many elements are moved. */
const MOST_ELEMENTS = 12;
/** Constants inside gradients are f32: they are off by 6e-8 of their size. */
const GRADIENT_TOLERANCE = 2e-6;

/** The vjp of every primitive, and the vjp of its vjp, equal central differences in float64. */
export function describeGradients(): void {
  describe("gradients are limits of differences", () => {
    for (const [op, cases] of Object.entries(primitiveCases) as [Op, readonly PrimitiveCase[]][]) {
      const smooth = cases.filter(
        (given) => given.smooth && variablesOf(given).length > 0 && lossOf(given) !== undefined,
      );
      if (smooth.length === 0) continue;
      describe(op, () => {
        it.each(smooth.map((given) => [given.name, given] as const))("%s", (_, given) => {
          const variables = variablesOf(given);
          const gradients = checkGradient(lossOf(given)!, variables, given);
          const again = gradients.map((g, i) => weighted(g, i + 7)).reduce((a, b) => a.add(b));
          checkGradient(again, variables, given);
        });
      });
    }
  });
}

/** The real inputs of a case. */
function variablesOf({ graph }: PrimitiveCase): { name: string; x: Tensor }[] {
  return graph.inputs.map(({ name, node }) => ({ name, x: new Tensor(node) })).filter(({ x }) => isReal(x.dtype));
}

/** A scalar that depends on every real output of a case. */
function lossOf({ graph }: PrimitiveCase): Tensor | undefined {
  const outputs = graph.outputs.map(({ node }) => new Tensor(node)).filter(({ dtype }) => isReal(dtype));
  return outputs.map((y, i) => weighted(y, i)).reduce<Tensor | undefined>((a, b) => a?.add(b) ?? b, undefined);
}

/** Σ c·y for some numbers c. */
function weighted(y: Tensor, phase: number): Tensor {
  return y.mul(constant(spread(y.shape, [0.5, 1.5], phase))).sum();
}

/** Compares ∂loss/∂x with differences of the loss, for elements of each variable; gives the gradients back. */
function checkGradient(
  loss: Tensor,
  variables: readonly { name: string; x: Tensor }[],
  { graph, inputs }: PrimitiveCase,
): Tensor[] {
  const gradients = grad(
    loss,
    variables.map(({ x }) => x),
  );
  const value = new Graph({ inputs: graph.inputs, outputs: [{ name: "loss", node: loss.node }] });
  const slopes = evaluate(
    new Graph({ inputs: graph.inputs, outputs: gradients.map(({ node }, i) => ({ name: variables[i]!.name, node })) }),
    inputs,
  );
  for (const { name } of variables) {
    const { shape, data } = inputs[name]!;
    const at = (i: number, step: number): number => {
      const moved = Float64Array.from(data as Float32Array);
      moved[i]! += step;
      return evaluate(value, { ...inputs, [name]: ndarray(moved, shape, "f64") })["loss"]!.data[0] as number;
    };
    const stride = Math.ceil(data.length / MOST_ELEMENTS);
    for (let i = 0; i < data.length; i += stride) {
      const difference = (at(i, STEP) - at(i, -STEP)) / (2 * STEP);
      const slope = slopes[name]!.data[i] as number;
      const isNear = Math.abs(slope - difference) <= GRADIENT_TOLERANCE * (1 + Math.abs(difference));
      if (!isNear) expect.fail(`d/d${name}[${i}]: expected ${difference}, got ${slope}`);
    }
  }
  return gradients;
}
