/**
 * @file Graphs as text, for people and for snapshots: inputs with their kinds, a line for each node, then the outputs.
 *
 *     x: feed f32[2, 3]
 *     w: param f32[3, 4]
 *     %0 f32[2, 4] = matmul x w
 *     %1 f32[2, 4] = mul %0 0.5
 *     loss = %1
 *
 * Numbers count from 0 in each graph, so that equal graphs print alike whatever was made before them.
 */
import { isReal, singleText, type Data } from "../dtype.js";
import type { NdArray } from "../ndarray.js";
import { showShape } from "../shape.js";
import { halfToNumber } from "./evaluate-arrays.js";
import type { Graph } from "./graph.js";
import type { Node, TensorType } from "./node.js";
import type { Attrs, Op } from "./ops.js";

/** Constants of so many elements stand where they are used. */
const INLINE = 4;
/** Of larger ones, so many are shown. */
const SHOWN = 6;

/** The attributes to show, where the types do not tell them already. */
const shown: { readonly [O in Op]: readonly (keyof Attrs[O])[] } = {
  input: [],
  constant: [],
  iota: [],
  at: ["index"],
  call: [],
  scan: ["carries", "scanned", "length", "reverse"],
  barrier: [],
  stopGradient: [],
  neg: [],
  exp: [],
  log: [],
  sqrt: [],
  reciprocal: [],
  abs: [],
  floor: [],
  tanh: [],
  sigmoid: [],
  relu: [],
  erf: [],
  sin: [],
  cos: [],
  not: [],
  cast: [],
  add: [],
  sub: [],
  mul: [],
  div: [],
  pow: [],
  max: [],
  min: [],
  equal: [],
  less: [],
  and: [],
  where: [],
  sum: ["axes", "keepDims"],
  reduceMax: ["axes", "keepDims"],
  argMax: ["axis", "keepDims"],
  argTopK: ["k"],
  cumSum: ["axis", "exclusive", "reverse"],
  matmul: [],
  conv: ["strides", "pads", "dilations", "groups"],
  convInputGrad: ["strides", "pads", "dilations", "groups"],
  convWeightGrad: ["strides", "pads", "dilations", "groups"],
  reshape: [],
  transpose: ["perm"],
  expand: [],
  slice: ["starts", "ends", "steps"],
  pad: ["before", "after", "value"],
  concat: ["axis"],
  gather: ["axis"],
  scatterAdd: ["axis"],
  randomBits: [],
};

/** Attributes that go without saying at this value, or at a list of nothing else. */
const usual: Readonly<Record<string, number>> = { strides: 1, dilations: 1, steps: 1, pads: 0, groups: 1, value: 0 };

/** A graph as text; equal text for equal graphs. */
export function print(graph: Graph): string {
  return lines(graph).join("\n");
}

function lines(graph: Graph): string[] {
  const names = new Map<Node, string>(graph.inputs.map(({ name, node }) => [node, name]));
  const bodies = new Map<Graph, string>(); // where each body was first printed
  const text = graph.inputs.map(({ name, node }) => `${name}: ${kindOf(node)}${showTypes(node.types)}`);
  let count = 0;
  for (const node of graph.nodes()) {
    if (names.has(node)) continue;
    if (node.op === "constant" && node.attrs.value.data.length <= INLINE) {
      names.set(node, inline(node.attrs.value));
      continue;
    }
    const name = `%${count++}`;
    names.set(node, name);
    const operands = node.inputs.map((input) => names.get(input)!);
    text.push(
      `${name} ${showTypes(node.types)} = ${[node.op, ...operands, ...attributes(node)].join(" ")}`,
      ...inside(node, name, bodies),
    );
  }
  return [...text, ...graph.outputs.map(({ name, node }) => `${name} = ${names.get(node)!}`)];
}

function kindOf(node: Node): string {
  return node.op === "input" ? `${node.attrs.kind} ` : "";
}

function showTypes(types: readonly TensorType[]): string {
  return types.map(({ dtype, shape }) => `${dtype}${showShape(shape)}`).join(", ");
}

function attributes(node: Node): string[] {
  if (node.op === "constant") return [preview(node.attrs.value)];
  const attrs = node.attrs as Readonly<Record<string, unknown>>;
  return (shown[node.op] as readonly string[]).flatMap((name) => {
    const value = attrs[name];
    if (value === false || isUsual(name, value)) return [];
    if (value === true) return [name];
    return [`${name}=${Array.isArray(value) ? `[${value.join(", ")}]` : String(value)}`];
  });
}

function isUsual(name: string, value: unknown): boolean {
  return name in usual && [value].flat().every((v) => v === usual[name]);
}

/** The body of a scan or call, indented; once, when several nodes share it. */
function inside(node: Node, name: string, bodies: Map<Graph, string>): string[] {
  if (node.op !== "scan" && node.op !== "call") return [];
  const { body } = node.attrs;
  const gradient = node.op === "call" ? node.attrs.gradient : undefined;
  const known = bodies.get(body);
  bodies.set(body, known ?? name);
  const text = known === undefined ? lines(body) : [`as in ${known}`];
  const own =
    gradient === undefined || known !== undefined ? [] : ["gradient:", ...lines(gradient).map((line) => `  ${line}`)];
  return [...text, ...own].map((line) => `  ${line}`);
}

/** A short constant in an operand's place: `0.5`, `i32(2)`, `f32[2](1, 2)`. */
function inline({ dtype, shape, data }: NdArray): string {
  const values = [...elements(data, dtype)].join(", ");
  if (shape.length > 0) return `${dtype}${showShape(shape)}(${values})`;
  return dtype === "f32" ? values : `${dtype}(${values})`;
}

function preview({ dtype, data }: NdArray): string {
  const values = [...elements(data.subarray(0, SHOWN), dtype)].join(", ");
  return data.length > SHOWN ? `${values}, …` : values;
}

function* elements(data: Data, dtype: NdArray["dtype"]): Generator<string> {
  for (const value of data) {
    if (dtype === "bool") yield value ? "true" : "false";
    else if (typeof value === "bigint" || !isReal(dtype)) yield String(value);
    else if (dtype === "f32") yield singleText(value);
    else yield Object.is(value, -0) ? "-0" : String(dtype === "f16" ? halfToNumber(value) : value);
  }
}
