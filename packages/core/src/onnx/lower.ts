/**
 * @file Graph → OnnxModel: how each primitive is spelled at opset 21. A total table; what differs between providers is
 * asked of target.ts, what fuses was found by plan.ts.
 */
import { GenError } from "../error.js";
import type { Graph, Port } from "../ir/graph.js";
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import { isWide } from "../dtype.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { sizeOf } from "../shape.js";
import { simplify } from "../ir/simplify.js";
import { aroundProducts } from "./around-products.js";
import { withProducts } from "./channels-last.js";
import { isProduct } from "./conv-rule.js";
import { lowerConv, lowerConvInputGrad, lowerConvWeightGrad } from "./lower-conv.js";
import { lowerArgTopK, lowerGather, lowerIota, lowerPad, lowerScatterAdd, lowerSlice } from "./lower-index.js";
import { lowerScan, rowsOf } from "./lower-loop.js";
import { lowerRandomBits } from "./lower-random.js";
import { emitTyped, ordered, unordered } from "./kernels.js";
import { emitPlan } from "./emit.js";
import { operandsOf, type Fused } from "./fused.js";
import { longRuns } from "./long-runs.js";
import { plan, type Product } from "./plan.js";
import { IR_VERSION, OPSET_VERSION, type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue } from "./proto.js";
import { Scope, valueOf, type Attributes, type LowerTable } from "./scope.js";
import { VERSION } from "../version.js";
import { sharedTurns } from "./shared-turns.js";
import { MICROSOFT, type Target } from "./target.js";

/** How a file for the CPU calls a number of rows that is known when it runs: one session serves every length of a loop. */
export const STEPS = "steps";

export interface LowerOptions {
  /** @default "portable" */
  readonly target?: Target;
  /** Inputs that become part of the file, by name. */
  readonly weights?: Readonly<Record<string, NdArray>>;
  /** Free text that travels with the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A graph in ONNX operators, with the names of its inputs and outputs.
 *
 * @throws GenError `graph` if `weights` names no input, an array does not fit the input it stands for, or an output is called
 *   as an input is
 */
export function lower(
  given: Graph,
  { target = "portable", weights = {}, metadata = {} }: LowerOptions = {},
): OnnxModel {
  const graph = prepare(given, target);
  const taken = new Set(graph.inputs.map(({ name }) => name));
  const twice = graph.outputs.find(({ name }) => taken.has(name));
  if (twice !== undefined)
    throw new GenError("graph", `lower: expected outputs with names of their own, got "${twice.name}", an input's`, {
      fix: "give the output another name",
    });
  const planned = plan(
    graph.outputs.map(({ node }) => node),
    target,
  );
  const names = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  const scope = Scope.root(planned, { target, reserved: names, rules });
  for (const { name, node } of graph.inputs) scope.bind(node, [name]);
  emitPlan(
    scope,
    graph.outputs.map(({ name }) => name),
  );
  const baked = bake(graph, weights);
  const rows = target === "cpu" ? rowsOf(graph) : new Set<string>();
  const typed = ({ name, node }: Port): OnnxValue => {
    const value = valueOf(name, node);
    return rows.has(name) ? { ...value, shape: [STEPS, ...value.shape.slice(1)] } : value;
  };
  return {
    irVersion: IR_VERSION,
    opsets: opsetsOf(scope.nodes),
    producerName: "gen",
    producerVersion: VERSION,
    graph: {
      name: "main",
      nodes: scope.nodes,
      initializers: [...baked, ...scope.shared.initializers],
      inputs: graph.inputs.filter(({ name }) => weights[name] === undefined).map(typed),
      outputs: graph.outputs.map(typed),
    },
    metadata,
  };
}

/** The graph in the form that suits the provider. */
function prepare(graph: Graph, target: Target): Graph {
  if (target === "webgpu") return graph;
  if (target === "portable") return aroundProducts(graph, { factors: false });
  const prepared = aroundProducts(withProducts(graph, isProduct), { factors: true });
  return longRuns(sharedTurns(prepared === graph ? graph : simplify(prepared)));
}

function bake(graph: Graph, weights: Readonly<Record<string, NdArray>>): OnnxTensor[] {
  const inputs = new Map(graph.inputs.map(({ name, node }) => [name, typeOf(node)]));
  return Object.entries(weights).map(([name, array]) => {
    const type = inputs.get(name);
    if (type === undefined)
      throw new GenError("graph", `lower: expected weights for inputs of the graph, got "${name}"`);
    if (type.dtype !== array.dtype || type.shape.join() !== array.shape.join()) {
      throw new GenError(
        "shape",
        `lower: expected ${type.dtype}[${type.shape.join(", ")}] as "${name}", got ${array.dtype}[${array.shape.join(", ")}]`,
      );
    }
    return { name, array };
  });
}

function opsetsOf(nodes: readonly OnnxNode[]): OnnxModel["opsets"] {
  const own = { domain: "", version: OPSET_VERSION };
  return usesMicrosoft(nodes) ? [own, { domain: MICROSOFT, version: 1 }] : [own];
}

function usesMicrosoft(nodes: readonly OnnxNode[]): boolean {
  return nodes.some(
    ({ domain, attributes }) =>
      domain === MICROSOFT || Object.values(attributes).some((a) => a.type === "graph" && usesMicrosoft(a.value.nodes)),
  );
}

/** An operator of the same name and meaning, whose operands are all of one type. */
const plain =
  (op: string) =>
  (scope: Scope, node: Node): string =>
    emitTyped(scope, op, {
      inputs: node.inputs.map((input) => scope.read(input)),
      dtype: typeOf(node.inputs[0]!).dtype,
    });

/** The operand under another name. */
const alias = (scope: Scope, { inputs }: Node): string => scope.read(inputs[0]!);

/** Rows that planning leaves no node for. */
const gone = (_: Scope, { op }: Node): never => {
  throw new GenError("internal", `lower: expected ${op} to be bound or unfolded before it is lowered`);
};

function lowerProduct(scope: Scope, { a, b, transA, transB, factor, bias }: Product, rank: number): string {
  const inputs = [scope.read(a), scope.read(b)];
  const attributes: Attributes = {
    transA: Number(transA),
    transB: Number(transB),
    ...(factor === 1 ? {} : { alpha: { type: "float", value: factor } }),
  };
  if (bias !== undefined) return scope.emit("Gemm", [...inputs, scope.read(bias)], attributes);
  if (!transA && !transB && factor === 1) return scope.emit("MatMul", inputs);
  if (rank === 2 && transA && !transB && scope.target === "cpu" && isFlat(a, b)) {
    const turned = scope.emit("Gemm", [inputs[1]!, inputs[0]!], attributes); // (aᵀ·b)ᵀ = bᵀ·a
    return scope.emit("Transpose", [turned], { perm: [1, 0] });
  }
  return scope.emit(rank === 2 ? "Gemm" : "ms.FusedMatMul", inputs, attributes);
}

/**
 * Is aᵀ·b, a sum over many rows, much wider than high? The kernel turns a once for each 128 columns of the result: of
 * 3,136 rows of 128 and 512 it takes 4.8 ms, the other way round 3.7.
 */
function isFlat(a: Node, b: Node): boolean {
  const [rows, height, width] = [typeOf(a).shape[0]!, typeOf(a).shape[1]!, typeOf(b).shape[1]!];
  return width >= 256 && width >= 2 * height && rows >= width;
}

function lowerFused(scope: Scope, fused: Fused): string {
  const { shape } = typeOf(fused.x);
  const axis = shape.length - 1;
  const operands = operandsOf(fused).map((operand) => scope.read(operand));
  if (fused.op === "Softmax") return scope.emit("Softmax", operands, { axis });
  if (fused.op === "Gelu")
    return scope.emit("Gelu", operands, { approximate: { type: "string", value: fused.approximate } });
  if (fused.op === "HardSigmoid")
    return scope.emit("HardSigmoid", operands, {
      alpha: { type: "float", value: fused.slope },
      beta: { type: "float", value: 0 },
    });
  if (fused.scale === undefined) {
    const features = shape[axis]!;
    operands.push(scope.constant(ndarray(new Float32Array(features).fill(1), [features]), `ones ${features}`));
  }
  return scope.emit("LayerNormalization", operands, { axis, epsilon: { type: "float", value: fused.epsilon } });
}

/** A node that an operator computes together with what stands around it, or an operator of its own. */
const perhapsMore =
  <N extends Node>(otherwise: (scope: Scope, node: N) => string) =>
  (scope: Scope, node: N): string => {
    const { products, fused } = scope.plan;
    const [whole, product] = [fused.get(node), products.get(node)];
    if (whole !== undefined) return lowerFused(scope, whole);
    return product === undefined ? otherwise(scope, node) : lowerProduct(scope, product, typeOf(node).shape.length);
  };

const rules: LowerTable = {
  input: gone,
  constant: (scope, node) => {
    const { value } = node.attrs;
    return value.shape.length === 0 ? scope.scalar(value.data[0]!, value.dtype) : scope.constant(value, node);
  },
  iota: lowerIota,

  at: gone,
  call: gone,
  scan: lowerScan,
  barrier: plain("Identity"), // onnxruntime merges what it keeps apart, unless told not to: see the runtime's options
  stopGradient: alias,

  neg: (scope, node) => {
    const { dtype } = typeOf(node);
    return dtype.startsWith("u")
      ? scope.emit("Sub", [scope.scalar(0, dtype), alias(scope, node)])
      : plain("Neg")(scope, node);
  },
  exp: plain("Exp"),
  log: plain("Log"),
  sqrt: plain("Sqrt"),
  reciprocal: plain("Reciprocal"),
  abs: plain("Abs"),
  floor: plain("Floor"),
  tanh: plain("Tanh"),
  sigmoid: plain("Sigmoid"),
  relu: plain("Relu"),
  erf: plain("Erf"),
  sin: plain("Sin"),
  cos: plain("Cos"),
  not: plain("Not"),
  cast: perhapsMore((scope, node: NodeOf<"cast">) => scope.cast(alias(scope, node), node.attrs.dtype)),

  add: perhapsMore(plain("Add")),
  sub: plain("Sub"),
  mul: perhapsMore(plain("Mul")),
  div: perhapsMore(plain("Div")),
  pow: plain("Pow"),
  max: plain("Max"),
  min: plain("Min"),
  equal: plain("Equal"),
  less: plain("Less"),
  and: plain("And"),
  where: (scope, node) =>
    emitTyped(scope, "Where", {
      inputs: node.inputs.map((input) => scope.read(input)),
      dtype: typeOf(node).dtype,
      values: [1, 2],
    }),

  sum: (scope, node) => reduce(scope, node, "ReduceSum"),
  reduceMax: (scope, node) => reduce(scope, node, "ReduceMax"),
  argMax: (scope, node) => {
    const { axis, keepDims } = node.attrs;
    const { dtype } = typeOf(node.inputs[0]!);
    const x = alias(scope, node);
    const attributes = { axis, keepdims: Number(keepDims) };
    const wide = dtype === "u64";
    return scope.cast(
      emitTyped(scope, "ArgMax", {
        inputs: [wide ? ordered(scope, x) : x],
        dtype: wide ? "i64" : dtype,
        attributes,
        keep: true,
      }),
      "i32",
    );
  },
  argTopK: lowerArgTopK,
  cumSum: (scope, node) => {
    const { axis, exclusive, reverse } = node.attrs;
    const attributes = { exclusive: Number(exclusive), reverse: Number(reverse) };
    const inputs = [alias(scope, node), scope.scalar(axis, "i64")];
    return emitTyped(scope, "CumSum", { inputs, dtype: typeOf(node).dtype, values: [0], attributes });
  },

  matmul: (scope, node) => lowerProduct(scope, scope.plan.products.get(node)!, typeOf(node).shape.length),
  conv: lowerConv,
  convInputGrad: lowerConvInputGrad,
  convWeightGrad: lowerConvWeightGrad,

  reshape: (scope, node) => {
    const { shape } = node.attrs;
    const literal = shape.includes(0) ? { allowzero: 1 } : {}; // otherwise 0 means "as before"
    return scope.emit("Reshape", [alias(scope, node), scope.ints(shape)], literal);
  },
  transpose: (scope, node) => scope.emit("Transpose", [alias(scope, node)], { perm: node.attrs.perm }),
  expand: (scope, node) => scope.emit("Expand", [alias(scope, node), scope.ints(node.attrs.shape)]),
  slice: lowerSlice,
  pad: lowerPad,
  concat: (scope, node) =>
    scope.emit(
      "Concat",
      node.inputs.map((input) => scope.read(input)),
      { axis: node.attrs.axis },
    ),
  gather: lowerGather,
  scatterAdd: lowerScatterAdd,

  randomBits: lowerRandomBits,
};

function reduce(scope: Scope, node: NodeOf<"sum"> | NodeOf<"reduceMax">, op: string): string {
  const { axes, keepDims } = node.attrs;
  const { dtype } = typeOf(node);
  const x = scope.read(node.inputs[0]!);
  if (axes.length === 0) return x;
  const attributes = { keepdims: Number(keepDims) };
  const rest = scope.ints(axes);
  if (op === "ReduceMax" && dtype === "u64")
    return unordered(scope, scope.emit(op, [ordered(scope, x), rest], attributes));
  if (op === "ReduceSum" && isWide(dtype)) return sumWide(scope, node, x);
  return emitTyped(scope, op, { inputs: [x, rest], dtype, values: [0], attributes });
}

/** 64-bit sums as a product with ones, which wraps: ReduceSum adds them up in float64, and rounds. */
function sumWide(scope: Scope, node: NodeOf<"sum"> | NodeOf<"reduceMax">, x: string): string {
  const { dtype, shape } = typeOf(node.inputs[0]!);
  const { axes } = node.attrs;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const [rows, columns] = [kept, axes].map((list) => sizeOf(list.map((axis) => shape[axis]!))) as [number, number];
  const turned = scope.emit("Transpose", [x], { perm: [...kept, ...axes] });
  const table = scope.emit("Reshape", [turned, scope.ints([rows, columns])], { allowzero: 1 });
  const ones = scope.emit("Expand", [scope.scalar(1n, dtype), scope.ints([columns, 1])]);
  return scope.emit("Reshape", [scope.emit("MatMul", [table, ones]), scope.ints(typeOf(node).shape)], { allowzero: 1 });
}
