/**
 * @file ONNX files as graphs, to be run by any runtime of ours, or trained on: our own exports, and files of others that
 * keep to the operators in import-ops.ts. Sizes become static, and arithmetic on them is folded.
 */
import { isReal } from "../dtype.js";
import { GenError } from "../error.js";
import { evaluate } from "../ir/evaluate.js";
import { Graph } from "../ir/graph.js";
import { arrayInit } from "../ir/initializer.js";
import { topological } from "../ir/walk.js";
import type { NdArray } from "../ndarray.js";
import { feed, param } from "../tensor/inputs.js";
import { constant, scalar, Tensor } from "../tensor/tensor.js";
import { importers } from "./import-ops.js";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from "./proto.js";
import { decodeModel, type DecodeOptions } from "./proto-decode.js";

export interface ImportOptions extends Partial<DecodeOptions> {
  /** A size for each symbol: of the inputs' shapes, and of int64 scalar inputs that say how many. */
  readonly dims?: Readonly<Record<string, number>>;
}

export interface Imported {
  /** The file's inputs and outputs; its weights are further inputs: params that start as they are in the file. */
  readonly graph: Graph;
  /** Real arrays of the file, by name: what may be trained, or must be given to run it. */
  readonly weights: Readonly<Record<string, NdArray>>;
}

/**
 * Reads a file as a graph.
 *
 * @throws GenError `format` for a malformed file, an operator or attribute that is not known here, or a shape that
 * depends on data; `option` for a symbol without a size
 */
export function importModel(
  bytes: Uint8Array,
  { dims = {}, file = "model", ...options }: ImportOptions = {},
): Imported {
  const { graph } = decodeModel(bytes, { file, ...options });
  const site = new ImportScope(file);
  const weights: Record<string, NdArray> = {};
  const inputs: { name: string; node: Tensor["node"] }[] = [];
  for (const { name, array } of graph.initializers) {
    const isWeight = isReal(array.dtype) && array.shape.length > 0;
    site.set(name, isWeight ? param(array.shape, arrayInit(array), array.dtype) : constant(array));
    if (isWeight) weights[name] = array;
  }
  for (const value of graph.inputs) {
    const fixed = dims[value.name];
    if (site.has(value.name)) continue; // an initializer that may be overridden
    if (fixed !== undefined && value.dtype === "i64" && value.shape.length === 0) {
      site.set(value.name, scalar(BigInt(fixed), "i64"));
      continue;
    }
    const input = feed(shapeOf(value, dims, file), value.dtype);
    site.set(value.name, input);
    inputs.push({ name: value.name, node: input.node });
  }
  inputs.push(...Object.keys(weights).map((name) => ({ name, node: site.get(name).node })));
  site.run(graph.nodes);
  const outputs = graph.outputs.map(({ name }) => ({ name, node: site.get(name).node }));
  return { graph: new Graph({ inputs, outputs }), weights };
}

function shapeOf({ name, shape }: OnnxValue, dims: Readonly<Record<string, number>>, file: string): number[] {
  return shape.map((extent) => {
    const size = typeof extent === "number" ? extent : dims[extent];
    if (size === undefined) {
      throw new GenError("option", `${file}: input "${name}": expected a size for "${extent}", got none`, {
        fix: `importModel(bytes, { dims: { ${JSON.stringify(extent)}: 8 } })`,
      });
    }
    return size;
  });
}

/** Names and the tensors they stand for, while a graph is read; a loop's body sees those around it. */
export class ImportScope {
  readonly #tensors = new Map<string, Tensor>();

  constructor(
    readonly file: string,
    private readonly outer?: ImportScope,
  ) {}

  inner(): ImportScope {
    return new ImportScope(this.file, this);
  }

  has(name: string): boolean {
    return this.#tensors.has(name) || (this.outer?.has(name) ?? false);
  }

  get(name: string): Tensor {
    const tensor = this.#tensors.get(name) ?? this.outer?.get(name);
    if (tensor === undefined) throw this.error(`"${name}"`, "expected a value made by an earlier operator, got none");
    return tensor;
  }

  set(name: string, tensor: Tensor): void {
    this.#tensors.set(name, tensor);
  }

  run(nodes: readonly OnnxNode[]): void {
    for (const node of nodes) {
      const importer = importers[node.op];
      if (importer === undefined || !["", "ai.onnx", "com.microsoft"].includes(node.domain)) {
        throw this.error(
          node.name || node.op,
          `expected an operator that is known here, got ${node.domain === "" ? "" : `${node.domain}.`}${node.op}`,
        );
      }
      const results = importer(new Site(this, node));
      node.outputs.forEach((name, i) => {
        const result = results instanceof Tensor ? (i === 0 ? results : undefined) : results[i];
        if (name !== "" && result !== undefined) this.set(name, result);
      });
    }
  }

  error(where: string, message: string): GenError {
    return new GenError("format", `${this.file}: ${where}: ${message}`);
  }
}

/** One node of a file, as its importer sees it. */
export class Site {
  constructor(
    readonly scope: ImportScope,
    readonly node: OnnxNode,
  ) {}

  /** Input `i`. */
  x(i: number): Tensor {
    const name = this.node.inputs[i];
    if (name === undefined || name === "") throw this.error(`expected an input ${i}, got none`);
    return this.scope.get(name);
  }

  has(i: number): boolean {
    return (this.node.inputs[i] ?? "") !== "";
  }

  /** Whole numbers that are known without running the file: an input, or the attribute of this name. */
  ints(where: number | string): number[] | undefined {
    if (typeof where === "number") return this.has(where) ? [...this.known(where).data].map(Number) : undefined;
    const attribute = this.#attribute(where);
    if (attribute === undefined) return undefined;
    return attribute.type === "int"
      ? [Number(attribute.value)]
      : attribute.type === "ints"
        ? [...attribute.value]
        : undefined;
  }

  int(name: string, otherwise: number): number {
    return this.ints(name)?.[0] ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    const attribute = this.#attribute(name);
    return attribute?.type === "float" ? attribute.value : otherwise;
  }

  string(name: string, otherwise: string): string {
    const attribute = this.#attribute(name);
    return attribute?.type === "string" ? attribute.value : otherwise;
  }

  body(name = "body"): OnnxGraph {
    const attribute = this.#attribute(name);
    if (attribute?.type !== "graph") throw this.error(`expected a graph as attribute "${name}"`);
    return attribute.value;
  }

  tensor(name: string): NdArray {
    const attribute = this.#attribute(name);
    if (attribute?.type !== "tensor") throw this.error(`expected a tensor as attribute "${name}"`);
    return attribute.value;
  }

  /** Input `i`, which must not depend on what the file is fed. */
  known(i: number): NdArray {
    const { node } = this.x(i);
    if (topological([node]).some(({ op }) => op === "input")) {
      throw this.error(`expected input ${i} to be known before the file runs, got one that depends on data`);
    }
    return evaluate(new Graph({ inputs: [], outputs: [{ name: "y", node }] }), {}).y!;
  }

  error(message: string): GenError {
    return this.scope.error(`${this.node.op} "${this.node.name}"`, message);
  }

  #attribute(name: string): OnnxAttribute | undefined {
    return this.node.attributes[name];
  }
}
