/**
 * @file Files for any size. Graphs are static; so the same function is traced at several sizes, and whatever number
 * differs from trace to trace becomes an expression of the symbols, worked out when the file runs.
 */
import { bytesOf } from "../dtype.js";
import { GenError } from "../error.js";
import type { Graph } from "../ir/graph.js";
import type { NdArray } from "../ndarray.js";
import { inBytes } from "./bytes.js";
import { halfOf, inHalf, type HalfOptions } from "./half.js";
import { lower, type LowerOptions } from "./lower.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./proto.js";
import { dependsOn, fit, isConstant, MOST_SYMBOLS, showSize, tracesOf, type Size, type Sizes } from "./size.js";
import { SizeWriter } from "./size-writer.js";

/** Where a size comes from when the file runs: an int64 scalar input of its own, or an axis of another input. */
export type SymbolSource =
  | { readonly from: "input"; readonly name: string }
  | { readonly from: "dim"; readonly input: string; readonly axis: number };

/** How real weights are stored, and with "f16" and "i8" what products are computed in. */
export type Precision = "f32" | "f16" | "f16-weights" | "i8";

export interface ExportOptions extends LowerOptions {
  /**
   * The graph at given sizes. Called several times, at sizes around 10,000 (never run): what it does must not depend on
   * them, apart from shapes and numbers of steps.
   */
  readonly trace: (sizes: Sizes) => Graph;
  /** The sizes that stay open, by name. */
  readonly symbols: Readonly<Record<string, SymbolSource>>;
  /**
   * How real weights are stored. With "f16", products are computed in it too, as GPUs like it; with "f16-weights" all is
   * computed in f32, as CPUs and browsers like it. With "i8", products of rows with large matrices are in 8 bits, as CPUs
   * like it where rows are few; all else is f32. Inputs and outputs stay as they are.
   *
   * @default "f32"
   */
  readonly precision?: Precision;
  /** Names of the weights that fewer bits are for. @default all */
  readonly narrow?: ReadonlySet<string>;
}

/**
 * A file whose sizes stay open.
 *
 * @throws GenError `graph` if a number other than a size depends on a symbol, if a size is not a sum of products of
 * symbols, or if the traces do not consist of the same operators
 */
export function exportModel({ trace, symbols, precision = "f32", narrow, ...options }: ExportOptions): OnnxModel {
  if (precision === "i8") {
    const matrices = Object.entries(options.weights ?? {}).filter(([name]) => narrow?.has(name) ?? true);
    return inBytes(exportModel({ trace, symbols, ...options }), new Map(matrices));
  }
  if (precision !== "f32") {
    const products = precision === "f16" ? "f16" : "f32";
    return exportModel({ ...inHalves(trace, { products, narrow }, options), symbols });
  }
  const names = Object.keys(symbols);
  if (names.length > MOST_SYMBOLS) {
    throw new GenError("graph", `exportModel: expected at most ${MOST_SYMBOLS} symbols, got ${names.length}`);
  }
  const models = tracesOf(names).map((sizes) => lower(trace(sizes), options));
  return new Merge(models, symbols).model();
}

/** The same export with its weights in f16. */
function inHalves(
  trace: ExportOptions["trace"],
  { products, narrow }: Pick<HalfOptions, "products"> & { readonly narrow: ReadonlySet<string> | undefined },
  { weights = {}, ...options }: LowerOptions,
): Pick<ExportOptions, "trace"> & LowerOptions {
  const names = narrow ?? new Set(Object.keys(weights));
  const halves = Object.entries(weights).map(
    ([name, array]) => [name, names.has(name) ? halfOf(array) : array] as const,
  );
  return {
    ...options,
    weights: Object.fromEntries(halves),
    trace: (sizes) => inHalf(trace(sizes), { names, products }),
  };
}

/** What became of an initializer: its numbers as sizes, since they differ. */
interface Open {
  readonly sizes: readonly Size[];
  readonly array: NdArray;
}

class Merge {
  readonly #names: readonly string[];
  readonly #first: OnnxModel;
  readonly #open = new Map<string, Open>();
  readonly #initializers: OnnxTensor[] = [];
  readonly #writer: SizeWriter;

  constructor(
    private readonly models: readonly OnnxModel[],
    private readonly symbols: Readonly<Record<string, SymbolSource>>,
  ) {
    this.#names = Object.keys(symbols);
    this.#first = models[0]!;
    this.#writer = new SizeWriter(this.#first.graph, symbols);
  }

  model(): OnnxModel {
    const { graph } = this.#first;
    const graphs = this.models.map((model) => model.graph);
    this.#sortInitializers(graphs);
    const merged = this.#graph(graphs);
    this.#checkDims(merged.inputs);
    const nodes = [...this.#writer.nodes, ...merged.nodes];
    const read = readsOf(nodes, new Set());
    const initializers = [...this.#initializers, ...this.#writer.initializers].filter(({ name }) => read.has(name));
    const own = Object.values(this.symbols).flatMap((source): OnnxValue[] =>
      source.from === "dim" || merged.inputs.some(({ name }) => name === source.name)
        ? [] // the graph reads it itself, as a number besides a size
        : [{ name: source.name, dtype: "i64", shape: [] }],
    );
    return {
      ...this.#first,
      graph: { ...graph, nodes, initializers, inputs: [...merged.inputs, ...own], outputs: merged.outputs },
    };
  }

  /** Splits initializers into those that are the same in all traces, and those that hold sizes. */
  #sortInitializers(graphs: readonly OnnxGraph[]): void {
    const lists = graphs.map(({ initializers }) => initializers);
    this.#same(
      lists.map((list) => list.length),
      "initializers",
      "the number of constants",
    );
    lists[0]!.forEach(({ name, array }, k) => {
      const arrays = lists.map((list) => list[k]!.array);
      if (arrays.every((other) => equalArrays(array, other))) {
        this.#initializers.push({ name, array });
        return;
      }
      const reader = this.#first.graph.nodes.find((node) => readsOf([node], new Set()).has(name));
      const where = reader === undefined ? `"${name}"` : `${reader.op} "${reader.name}"`;
      this.#same(
        arrays.map(({ dtype, shape }) => `${dtype}[${shape.join(", ")}]`),
        where,
        "the shape of a constant",
      );
      if (array.dtype.startsWith("f") || array.dtype === "bool" || array.shape.length > 1) {
        this.#fail(
          arrays.map(({ data }) => String(data[firstDifference(arrays)])),
          where,
          `a constant (${array.dtype}[${array.shape.join(", ")}])`,
        );
      }
      const sizes = Array.from({ length: array.data.length }, (_, i) =>
        this.#size(
          arrays.map(({ data }) => Number(data[i])),
          where,
        ),
      );
      this.#open.set(name, { sizes, array });
    });
  }

  #graph(graphs: readonly OnnxGraph[]): OnnxGraph {
    const [first] = graphs as [OnnxGraph];
    this.#same(
      graphs.map(({ nodes }) => nodes.length),
      first.name,
      "the number of operators",
    );
    return {
      ...first,
      inputs: this.#values(graphs.map(({ inputs }) => inputs)),
      outputs: this.#values(graphs.map(({ outputs }) => outputs)),
      nodes: first.nodes.map((_, k) => this.#node(graphs.map(({ nodes }) => nodes[k]!))),
    };
  }

  #node(nodes: readonly OnnxNode[]): OnnxNode {
    const [first] = nodes as [OnnxNode];
    const where = `${first.op} "${first.name}"`;
    this.#same(
      nodes.map(({ op }) => op),
      where,
      "which operator is used",
    );
    this.#same(
      nodes.map(({ inputs, outputs }) => `${inputs.join()}→${outputs.join()}`),
      where,
      "what it reads",
    );
    this.#same(
      nodes.map(({ attributes }) => Object.keys(attributes).join()),
      where,
      "its attributes",
    );
    const attributes = Object.fromEntries(
      Object.keys(first.attributes).map((name) => [
        name,
        this.#attribute(
          nodes.map((node) => node.attributes[name]!),
          `${where}, ${name}`,
        ),
      ]),
    );
    const inputs = first.inputs.map((name, i) => this.#operand(name, first.op === "Reshape" && i === 1));
    return { ...first, inputs, attributes };
  }

  #attribute(attributes: readonly OnnxAttribute[], where: string): OnnxAttribute {
    const [first] = attributes as [OnnxAttribute];
    if (first.type === "graph") {
      return { type: "graph", value: this.#graph(attributes.map((a) => (a as typeof first).value)) };
    }
    this.#same(
      attributes.map((a) => (a.type === "graph" ? "" : textOf(a))),
      where,
      "an attribute",
    );
    return first;
  }

  /** An operand's name; one that holds sizes is worked out, or left to Reshape where it can infer it. */
  #operand(name: string, isTarget: boolean): string {
    const open = this.#open.get(name);
    if (open === undefined) return name;
    return this.#writer.value(open.sizes, open.array, isTarget);
  }

  #values(lists: readonly (readonly OnnxValue[])[]): OnnxValue[] {
    this.#same(
      lists.map((list) => list.map(({ name, dtype, shape }) => `${name}:${dtype}:${shape.length}`).join()),
      "graph",
      "its inputs or outputs",
    );
    return lists[0]!.map((value, k) => {
      const shape = value.shape.map((_, axis) => {
        const size = this.#size(
          lists.map((list) => list[k]!.shape[axis] as number),
          `"${value.name}"`,
        );
        return isConstant(size) ? (value.shape[axis] as number) : showSize(size);
      });
      return { ...value, shape };
    });
  }

  /** An axis that a symbol is read from must be exactly that symbol. */
  #checkDims(inputs: readonly OnnxValue[]): void {
    for (const [symbol, source] of Object.entries(this.symbols)) {
      if (source.from !== "dim") continue;
      const got = inputs.find(({ name }) => name === source.input)?.shape[source.axis];
      if (got !== symbol) {
        throw new GenError(
          "graph",
          `exportModel: expected axis ${source.axis} of input "${source.input}" to be ${symbol}, got ${got ?? "no such axis"}`,
        );
      }
    }
  }

  #size(values: readonly number[], where: string): Size {
    if (values.every((value) => value === values[0]))
      return values[0] === 0 ? [] : [{ symbols: [], factor: values[0]! }];
    return fit(values, this.#names) ?? this.#fail(values, where, "a size");
  }

  #same(values: readonly (string | number)[], where: string, what: string): void {
    if (values.some((value) => value !== values[0])) this.#fail(values, where, what);
  }

  #fail(values: readonly (string | number)[], where: string, what: string): never {
    const other = values.find((value) => value !== values[0]);
    const names = dependsOn(values, this.#names).join(" and ");
    throw new GenError(
      "graph",
      `exportModel: ${where}: expected ${what} that is the same for every ${names}, or a size made of it by sums and products; got ${values[0]}, then ${other}`,
      {
        fix: `let only shapes and numbers of steps depend on ${names}; give other numbers as inputs`,
      },
    );
  }
}

function equalArrays(a: NdArray, b: NdArray): boolean {
  if (a === b || a.data === b.data) return true;
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [x, y] = [bytesOf(a.data), bytesOf(b.data)];
  return x.every((byte, i) => byte === y[i]);
}

/** An attribute that is no graph. */
function textOf({ type, value }: Exclude<OnnxAttribute, { type: "graph" }>): string {
  return type === "tensor" ? value.data.join() : typeof value === "object" ? value.join() : String(value);
}

function firstDifference(arrays: readonly NdArray[]): number {
  const [first] = arrays as [NdArray];
  const other = arrays.find((array) => !equalArrays(first, array))!;
  return Math.max(
    0,
    first.data.findIndex((value: number | bigint, i: number) => value !== other.data[i]),
  );
}

/** All names that nodes read, also inside loops. */
function readsOf(nodes: readonly OnnxNode[], read: Set<string>): Set<string> {
  for (const { inputs, attributes } of nodes) {
    inputs.forEach((name) => read.add(name));
    for (const a of Object.values(attributes)) if (a.type === "graph") readsOf(a.value.nodes, read);
  }
  return read;
}
