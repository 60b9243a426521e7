/** @file Laws about whole models: a device gives the losses, gradients and steps of the reference. Called from tests, under vitest. */
import { describe, expect, it } from "vitest";
import { grad } from "../autodiff/grad.js";
import { isReal } from "../dtype.js";
import { evaluate } from "../ir/evaluate.js";
import { Graph, type Port } from "../ir/graph.js";
import { typeOf } from "../ir/node.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { lasting, parameters, paths } from "../program/model.js";
import { KEY, type Program } from "../program/program.js";
import { traceScope } from "../program/scope.js";
import { key as keyOf, split } from "../rng/key.js";
import { feed } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { expectClose, type Run } from "./conformance.js";
import type { ModelCase } from "./gradients.js";
import { spread } from "./primitive-cases-build.js";
import { scalarKey, startOf } from "./run-reference.js";

/** Errors of single ops add up and may cancel: as for graphs drawn at random. */
const TOLERANCE = { atol: () => 1e-4, rtol: 1e-4 };

export interface ModelsOptions {
  /** Why nothing can be run here, if so. */
  readonly missing?: string | undefined;
}

/** The loss of each model, and its gradient by every parameter, are what `evaluate` says. */
export function describeModels(
  name: string,
  run: Run,
  { models, missing }: ModelsOptions & { readonly models: Readonly<Record<string, () => ModelCase>> },
): void {
  describe(`${name} computes losses and gradients of`, () => {
    it.for(Object.entries(models))("%s", async ([, make], { skip }) => {
      if (missing !== undefined) skip(missing);
      const { graph, inputs } = withGradients(make());
      const got = await run(graph, inputs);
      expectSame(graph, got, evaluate(graph, inputs));
    });
  });
}

/** What each step writes, twice in a row, is what `evaluate` says; the second time from what the first one wrote. */
export function describeSteps(
  name: string,
  run: Run,
  { steps, missing }: ModelsOptions & { readonly steps: Readonly<Record<string, () => Program>> },
): void {
  describe(`${name} takes steps of`, () => {
    it.for(Object.entries(steps))("%s", async ([, make], { skip }) => {
      if (missing !== undefined) skip(missing);
      const { graph, reads, writes } = make();
      let state = Object.fromEntries(
        [...reads].map(([path, spec], i) => [path, single(startOf(spec, split(keyOf(5), i)))]),
      );
      for (let step = 0; step < 2; step++) {
        const wanted = evaluate(graph, state);
        expectSame(graph, await run(graph, state), wanted);
        state = {
          ...state,
          ...Object.fromEntries([...writes].map(([path, output]) => [path, single(wanted[output]!)])),
        };
      }
    });
  });
}

function expectSame(
  graph: Graph,
  got: Readonly<Record<string, NdArray>>,
  wanted: Readonly<Record<string, NdArray>>,
): void {
  for (const { name, node } of graph.outputs) {
    expect(Object.keys(got)).toContain(name);
    expectClose(got[name], wanted[name]!, { dtype: typeOf(node).dtype, ...TOLERANCE });
  }
}

/** A loss and its gradients as a graph, with numbers for what it reads. */
function withGradients({ model, batch = {}, loss: lossOf }: ModelCase): {
  graph: Graph;
  inputs: Record<string, NdArray>;
} {
  const feeds = Object.fromEntries(Object.entries(batch).map(([name, { shape, dtype }]) => [name, feed(shape, dtype)]));
  const scope = traceScope("train");
  const loss = lossOf(feeds, scope);
  const params = parameters(model);
  const gradients = grad(loss, [...params.values()]);
  const states = paths(model);
  const inputs: Record<string, NdArray> = { ...batch };
  [...states].forEach(([path, tensor], i) => {
    const attrs = lasting(tensor)!;
    const start = single(startOf({ ...attrs, init: attrs.init! }, split(keyOf(5), i)));
    inputs[path] = attrs.kind === "param" ? moved(start, i) : start;
  });
  if (scope.key !== undefined) inputs[KEY] = scalarKey(keyOf(11));
  const port = ([name, { node }]: readonly [string, Tensor]): Port => ({ name, node });
  const given = [...Object.entries(feeds), ...states].map(port);
  return {
    inputs,
    graph: new Graph({
      inputs: scope.key === undefined ? given : [...given, port([KEY, scope.key])],
      outputs: [port(["loss", loss]), ...[...params.keys()].map((path, i) => port([`d ${path}`, gradients[i]!]))],
    }),
  };
}

/** Off the place where it starts: zeros would hide the way to what lies behind them. */
function moved({ data, shape }: NdArray, phase: number): NdArray {
  const by = spread(shape, [-0.1, 0.1], phase).data;
  return ndarray(
    (data as Float32Array).map((v, i) => v + by[i]!),
    shape,
  );
}

/** The reference's float64 as f32, as devices hold it. */
function single(array: NdArray): NdArray {
  return isReal(array.dtype) ? ndarray(Float32Array.from(array.data as Float64Array), array.shape) : array;
}
