/**
 * @file What a graph means: plain loops over indices, slow and obvious, the oracle for every runtime. Real numbers of
 * every width are computed and returned as float64; whole numbers wrap around exactly as their type does.
 */
import { isReal } from "../dtype.js";
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import { Squares } from "../rng/squares.js";
import { sameShape, showShape, sizeOf } from "../shape.js";
import { blank, elementsOf, pick, widen, type EvaluateRule, type EvaluateTable } from "./evaluate-arrays.js";
import { axisRules } from "./evaluate-axes.js";
import { elementRules } from "./evaluate-elements.js";
import { productRules } from "./evaluate-products.js";
import type { Graph, Port } from "./graph.js";
import { typeOf, type Node, type NodeOf } from "./node.js";
import type { Op } from "./ops.js";

/**
 * The outputs of a graph on given inputs.
 *
 * @param inputs an array for each input's name; where the input is real, of any real dtype; others are ignored
 * @returns an array for each output's name; real ones as `f64`, whatever the graph says
 * @throws GenError `graph` for an input that is missing, `dtype` or `shape` for one that does not fit, `numeric` for a
 * whole number divided by 0, `range` for a `gather` or `scatterAdd` outside its axis
 */
export function evaluate(graph: Graph, inputs: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  const results = run(
    graph,
    graph.inputs.map((port) => accept(port, inputs[port.name])),
  );
  return Object.fromEntries(graph.outputs.map(({ name }, i) => [name, results[i]!]));
}

function accept({ name, node }: Port, given: NdArray | undefined): NdArray {
  const { dtype, shape } = typeOf(node);
  const wanted = `${dtype}${showShape(shape)}`;
  if (given === undefined) throw new GenError("graph", `evaluate: expected ${wanted} as input "${name}", got nothing`);
  if (given.dtype !== dtype && !(isReal(dtype) && isReal(given.dtype))) {
    throw new GenError(
      "dtype",
      `evaluate: expected ${wanted} as input "${name}", got ${given.dtype}${showShape(given.shape)}`,
    );
  }
  if (!sameShape(given.shape, shape) || given.data.length !== sizeOf(shape)) {
    throw new GenError(
      "shape",
      `evaluate: expected ${wanted} as input "${name}", got ${given.dtype}${showShape(given.shape)}`,
    );
  }
  return widen(given);
}

/** The nodes of graphs that were met before: a training loop and a scan come back again and again. */
const orders = new WeakMap<Graph, readonly Node[]>();

/** The outputs of a graph, in order. */
function run(graph: Graph, inputs: readonly NdArray[]): NdArray[] {
  const order = orders.get(graph) ?? graph.nodes();
  orders.set(graph, order);
  const values = new Map<Node, readonly NdArray[]>(graph.inputs.map(({ node }, i) => [node, [inputs[i]!]]));
  for (const node of order) {
    if (values.has(node)) continue;
    const rule = rules[node.op] as EvaluateRule<Op>;
    values.set(
      node,
      rule(
        node.inputs.flatMap((input) => values.get(input)!),
        node,
      ),
    );
  }
  return graph.outputs.map(({ node }) => values.get(node)![0]!);
}

const identity = ([x]: readonly NdArray[]): NdArray[] => [x!];

const rules: EvaluateTable = {
  ...elementRules,
  ...axisRules,
  ...productRules,

  input: () => {
    throw new GenError(
      "internal",
      "evaluate: expected every input to be given; a graph with a free one cannot be made",
    );
  },
  constant: (_, { attrs }) => [widen(attrs.value)],
  iota: (_, { types }) => {
    const { array, data } = blank(types[0]!);
    const wide = typeof data[0] === "bigint";
    for (let i = 0; i < data.length; i++) data[i] = wide ? BigInt(i) : i;
    return [array];
  },

  at: (results, { attrs }) => [results[attrs.index]!],
  call: (inputs, { attrs: { body } }) => run(body, inputs),
  scan: (inputs, node) => scan(inputs, node),
  barrier: identity,
  stopGradient: identity,

  randomBits: ([key], { types }) => {
    const { array } = blank(types[0]!);
    new Squares(key!.data[0] as bigint).fill32(array.data as Uint32Array);
    return [array];
  },
};

function scan(inputs: readonly NdArray[], { attrs, types }: NodeOf<"scan">): NdArray[] {
  const { body, carries, scanned, length, reverse } = attrs;
  const xs = inputs.slice(carries, carries + scanned);
  const captures = inputs.slice(carries + scanned);
  const stacks = types.slice(carries).map((type) => blank(type));
  let carry = inputs.slice(0, carries);
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const results = run(body, [...carry, ...xs.map((x) => rowOf(x, t)), ...captures]);
    carry = results.slice(0, carries);
    results.slice(carries).forEach((row, i) => {
      const from = elementsOf(row);
      for (let k = 0; k < from.length; k++) stacks[i]!.data[t * from.length + k] = from[k]!;
    });
  }
  return [...carry, ...stacks.map(({ array }) => array)];
}

/** Slice `t` of the leading axis. */
function rowOf(x: NdArray, t: number): NdArray {
  const shape = x.shape.slice(1);
  const size = sizeOf(shape);
  return pick(
    x,
    { dtype: x.dtype, shape },
    Int32Array.from({ length: size }, (_, i) => t * size + i),
  );
}
