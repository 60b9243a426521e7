/**
 * @file A model with its large matrices in 8 bits: a file of a quarter of the size, of which a CPU reads a quarter for each row.
 * The largest number of each column of a matrix is 127 steps, and so is that of each row when the file runs:
 *
 *     x·W ≈ (p·q)·s_x·s_W        s_x = max|x| / 127, p = ⌊x/s_x + ½⌋, and likewise q for each column of W
 *
 * Rows do not depend on each other: neither a batch nor what comes later changes a result. Sums are exact, in 32 bits.
 * Dettmers et al. 2022, "LLM.int8()", §2, arXiv:2208.07339 (its products row by column, without its outliers in 16 bits)
 */
import type { TensorType } from "../ir/node.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { sizeOf } from "../shape.js";
import {
  DATA_TYPES,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from "./proto.js";

/** Numbers of a matrix that is worth it. */
const LEAST = 4096;
/** What stands for 0. */
const ZERO = 128;

/** A matrix in 8 bits, by the names of its parts. */
interface Stored {
  /** u8 [K, N] */
  readonly steps: string;
  /** f32 [N]: the size of a step of each column, over 127. */
  readonly sizes: string;
}

/** What the parts of a matrix are called; of one that products take transposed, `turned`. */
const partsOf = (name: string, turned: boolean): Stored => {
  const whole = turned ? `${name}.turned` : name;
  return { steps: `${whole}.steps`, sizes: `${whole}.sizes` };
};

/** Whether numbers can be a matrix in 8 bits. */
export function fitsBytes({ dtype, shape }: TensorType): boolean {
  return dtype === "f32" && shape.length === 2 && sizeOf(shape) >= LEAST;
}

/**
 * The same model with matrices of it in 8 bits: those that are read by nothing but products of rows with them.
 *
 * @param matrices the numbers of initializers and inputs that may become bytes inside, by name
 * @returns the model itself if it has none
 */
export function inBytes(model: OnnxModel, matrices: ReadonlyMap<string, NdArray>): OnnxModel {
  const uses = usesOf(model.graph, new Map());
  const stored = new Map<string, Stored>();
  const parts: OnnxTensor[] = [];
  for (const [name, array] of matrices) {
    const turns = new Set(uses.get(name));
    const [turned] = turns;
    if (!fitsBytes(array) || turns.size !== 1 || turned === undefined) continue;
    const names = partsOf(name, turned);
    stored.set(name, names);
    const { steps, sizes } = stepsOf(array, turned);
    parts.push({ name: names.steps, array: steps }, { name: names.sizes, array: sizes });
  }
  if (stored.size === 0) return model;
  const constants = Object.entries(CONSTANTS).map(([name, array]) => ({ name, array }));
  const isKept = ({ name }: { readonly name: string }): boolean => !stored.has(name);
  const { initializers, inputs } = model.graph;
  const graph = {
    ...model.graph,
    inputs: inputs.filter(isKept),
    initializers: [...initializers.filter(isKept), ...parts, ...constants],
  };
  return { ...model, graph: rewritten(graph, stored) };
}

/** The arrays of a file, in which the parts of matrices of these names are one again: as near as 8 bits come to them. */
export function fromBytes(arrays: ReadonlyMap<string, NdArray>, names: Iterable<string>): Map<string, NdArray> {
  const whole = new Map(arrays);
  for (const name of names) {
    for (const turned of [false, true]) {
      const parts = partsOf(name, turned);
      const [steps, sizes] = [arrays.get(parts.steps), arrays.get(parts.sizes)];
      if (steps?.dtype !== "u8" || steps.shape.length !== 2 || sizes?.shape.join() !== `${steps.shape[1]}`) continue;
      whole.delete(parts.steps);
      whole.delete(parts.sizes);
      whole.set(name, matrixOf(steps, sizes, turned));
    }
  }
  return whole;
}

/** The matrix of steps [K, N] of sizes [N]; turned, [N, K]. */
function matrixOf(steps: NdArray, sizes: NdArray, turned: boolean): NdArray {
  const [k, n] = steps.shape as [number, number];
  const numbers = Float32Array.from({ length: k * n }, (_, i) => {
    const place = turned ? (i % k) * n + Math.floor(i / k) : i;
    return (Number(steps.data[place]) - ZERO) * 127 * Number(sizes.data[place % n]);
  });
  return ndarray(numbers, turned ? [n, k] : [k, n]);
}

/** Whether a model has matrices in 8 bits. */
export function isInBytes({ graph }: OnnxModel): boolean {
  return graph.initializers.some(({ name }) => name === "bytes.zero");
}

const CONSTANTS: Readonly<Record<string, NdArray>> = {
  "bytes.axis": ndarray([-1n], [1], "i64"),
  "bytes.tiny": ndarray([1e-30], []),
  "bytes.most": ndarray([127], []),
  "bytes.shift": ndarray([ZERO + 0.5], []),
  "bytes.zero": ndarray([ZERO], [], "u8"),
};

/** Of each name that nodes read, how products take it: as it is, transposed, or undefined where another node reads it. */
function usesOf({ nodes, outputs }: OnnxGraph, found: Map<string, (boolean | undefined)[]>): typeof found {
  const use = (name: string, turned: boolean | undefined): void => {
    found.set(name, [...(found.get(name) ?? []), turned]);
  };
  for (const node of nodes) {
    node.inputs.forEach((name, i) => use(name, i === 1 ? turnOf(node) : undefined));
    for (const attribute of Object.values(node.attributes))
      if (attribute.type === "graph") usesOf(attribute.value, found);
  }
  for (const { name } of outputs) use(name, undefined);
  return found;
}

/** Whether a product of rows takes its matrix transposed; undefined for another operator. */
function turnOf({ op, domain, attributes }: OnnxNode): boolean | undefined {
  const whole = (name: string, otherwise: number): OnnxAttribute["value"] => attributes[name]?.value ?? otherwise;
  if (domain !== "" || (op !== "MatMul" && op !== "Gemm")) return undefined;
  const isPlain = whole("transA", 0) === 0 && whole("alpha", 1) === 1 && whole("beta", 1) === 1;
  return isPlain ? whole("transB", 0) === 1 : undefined;
}

/** @param turned whether the columns are rows of the array */
function stepsOf({ data, shape }: NdArray, turned: boolean): { readonly steps: NdArray; readonly sizes: NdArray } {
  const [k, n] = (turned ? [...shape].reverse() : shape) as [number, number];
  const at = turned
    ? (row: number, column: number) => column * k + row
    : (row: number, column: number) => row * n + column;
  const steps = new Uint8Array(k * n);
  const sizes = Float32Array.from({ length: n }, (_, column) => {
    let most = 0;
    for (let row = 0; row < k; row++) most = Math.max(most, Math.abs(Number(data[at(row, column)])));
    const scale = most === 0 ? 0 : 127 / most;
    for (let row = 0; row < k; row++) {
      steps[row * n + column] = Math.floor(Number(data[at(row, column)]) * scale + ZERO + 0.5);
    }
    return most / 127 / 127;
  });
  return { steps: ndarray(steps, [k, n], "u8"), sizes: ndarray(sizes, [n]) };
}

function rewritten(graph: OnnxGraph, stored: ReadonlyMap<string, Stored>): OnnxGraph {
  const rows = new Map<string, { readonly steps: string; readonly most: string }>();
  const nodes: OnnxNode[] = [];
  const emit = (
    op: string,
    inputs: readonly string[],
    output: string,
    whole: Readonly<Record<string, number>> = {},
  ): string => {
    const attributes = Object.fromEntries(
      Object.entries(whole).map(([name, value]): [string, OnnxAttribute] => [name, { type: "int", value }]),
    );
    nodes.push({ op, domain: "", name: output, inputs: [...inputs], outputs: [output], attributes });
    return output;
  };
  /** Rows in steps, and the largest number of each. */
  const rowsIn = (x: string): { readonly steps: string; readonly most: string } => {
    const known = rows.get(x);
    if (known !== undefined) return known;
    const of = (what: string): string => `${x}.${what}`;
    const largest = emit("ReduceMax", [emit("Abs", [x], of("abs")), "bytes.axis"], of("largest"), { keepdims: 1 });
    const most = emit("Max", [largest, "bytes.tiny"], of("most"));
    const scaled = emit("Mul", [x, emit("Div", ["bytes.most", most], of("scale"))], of("scaled"));
    const steps = emit("Cast", [emit("Add", [scaled, "bytes.shift"], of("shifted"))], of("steps"), {
      to: DATA_TYPES.u8,
    });
    rows.set(x, { steps, most });
    return { steps, most };
  };
  for (const node of graph.nodes) {
    const matrix = turnOf(node) === undefined ? undefined : stored.get(node.inputs[1]!);
    if (matrix === undefined) {
      nodes.push({ ...node, attributes: insideToo(node.attributes, stored) });
      continue;
    }
    const [x, , bias] = node.inputs as [string, string, string?];
    const [output] = node.outputs as [string];
    const { steps, most } = rowsIn(x);
    const of = (what: string): string => `${output}.${what}`;
    const sums = emit("MatMulInteger", [steps, matrix.steps, "bytes.zero", "bytes.zero"], of("sums"));
    const sizes = emit("Mul", [most, matrix.sizes], of("sizes"));
    const factors = [emit("Cast", [sums], of("real"), { to: DATA_TYPES.f32 }), sizes];
    if (bias === undefined) emit("Mul", factors, output);
    else emit("Add", [emit("Mul", factors, of("product")), bias], output);
  }
  return { ...graph, nodes };
}

function insideToo(attributes: OnnxNode["attributes"], stored: ReadonlyMap<string, Stored>): OnnxNode["attributes"] {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      attribute.type === "graph" ? { ...attribute, value: rewritten(attribute.value, stored) } : attribute,
    ]),
  );
}
