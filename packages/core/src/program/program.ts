/** @file Program: a graph, what it reads from and writes to a Store, and what the host gives and gets. */
import { GenError } from "../error.js";
import { Graph, type Port } from "../ir/graph.js";
import type { Initializer } from "../ir/initializer.js";
import { typeOf, type TensorType } from "../ir/node.js";
import { simplify } from "../ir/simplify.js";
import { topological } from "../ir/walk.js";
import { sameShape, showShape } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";
import { lasting } from "./model.js";

/** Something that lasts: its type and how it starts. */
export interface StateSpec extends TensorType {
  readonly kind: "param" | "state";
  readonly init: Initializer;
}

export interface Program {
  /** Inputs: states and feeds by name, and `$key` if randomness is used. Outputs: results, and `next.<state>` for each write. */
  readonly graph: Graph;
  readonly reads: ReadonlyMap<string, StateSpec>;
  /** State name → name of the graph's output. */
  readonly writes: ReadonlyMap<string, string>;
  /** What the host gives at each run; the key is not among them. */
  readonly feeds: ReadonlyMap<string, TensorType>;
  readonly usesKey: boolean;
  /** What the host gets at each run. */
  readonly outputs: readonly string[];
  /** What becomes of the file that a device opens, an OnnxModel; inputs that it then lacks are left out of its runs. */
  readonly finish?: <File extends object>(file: File) => File;
  /** The same with every gradient as a further output, to look for what went wrong. */
  readonly probe?: () => Program;
}

/** The name under which every program takes its key; no field of a model or batch is called so. */
export const KEY = "$key";

export interface ProgramOptions {
  /** Whatever lasts, by name: usually `paths(model)`; what the program does not need is left out. */
  readonly states?: ReadonlyMap<string, Tensor>;
  readonly feeds?: Readonly<Record<string, Tensor>>;
  /** The u64 scalar that the randomness comes from. */
  readonly key?: Tensor | undefined;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** New values by state name. */
  readonly writes?: ReadonlyMap<string, Tensor>;
}

/**
 * Makes a program of what was traced: closed, simplified, and checked.
 *
 * @throws GenError `graph` if it needs what it was not given, or writes what is not a state of it
 */
export function program({ states = new Map(), feeds = {}, key, outputs, writes = new Map() }: ProgramOptions): Program {
  for (const [name, next] of writes) checkWrite(name, states.get(name), next);
  const roots = [...Object.values(outputs), ...writes.values()].map(({ node }) => node);
  const needed = new Set(topological(roots));
  const read = [...states].filter(([name, { node }]) => needed.has(node) || writes.has(name));
  const port = ([name, { node }]: [string, Tensor]): Port => ({ name, node });
  const graph = simplify(
    new Graph({
      inputs: [...read, ...Object.entries(feeds), ...(key === undefined ? [] : [[KEY, key] as [string, Tensor]])].map(
        port,
      ),
      outputs: [...Object.entries(outputs), ...[...writes].map(([name, t]): [string, Tensor] => [nextOf(name), t])].map(
        port,
      ),
    }),
  );
  return {
    graph,
    reads: new Map(read.map(([name, tensor]) => [name, specOf(name, tensor)])),
    writes: new Map([...writes.keys()].map((name) => [name, nextOf(name)])),
    feeds: new Map(Object.entries(feeds).map(([name, { node }]) => [name, typeOf(node)])),
    usesKey: key !== undefined,
    outputs: Object.keys(outputs),
  };
}

/** The output that holds a state's next value. */
export function nextOf(state: string): string {
  return `next.${state}`;
}

function specOf(name: string, tensor: Tensor): StateSpec {
  const attrs = lasting(tensor);
  if (attrs?.init === undefined) {
    throw new GenError("graph", `program: expected a param() or state() as "${name}", got ${tensor.node.op}`);
  }
  const { kind, dtype, shape, init } = attrs;
  return { kind: kind as "param" | "state", dtype, shape, init };
}

function checkWrite(name: string, state: Tensor | undefined, next: Tensor): void {
  if (state === undefined) {
    throw new GenError("graph", `program: expected to write only its states, got "${name}", which is none of them`, {
      fix: "make it a public field of the model, or part of `states`",
    });
  }
  if (state.dtype !== next.dtype || !sameShape(state.shape, next.shape)) {
    throw new GenError(
      "shape",
      `program: expected ${state.dtype}${showShape(state.shape)} as next value of "${name}", got ${next.dtype}${showShape(next.shape)}`,
    );
  }
}

/** The graph's input of this name. */
export function inputOf({ graph }: Program, name: string): Tensor {
  const port = graph.inputs.find((input) => input.name === name);
  if (port === undefined)
    throw new GenError(
      "graph",
      `program: expected an input "${name}", got ${graph.inputs.map((p) => p.name).join(", ")}`,
    );
  return new Tensor(port.node);
}
