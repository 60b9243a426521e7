/** @file Sizes worked out in the file itself: once, at the top of the main graph, where every loop can see them. */
import type { DType } from "../dtype.js";
import { GenError } from "../error.js";
import { ndarray, type NdArray } from "../ndarray.js";
import { DATA_TYPES, type OnnxAttribute, type OnnxGraph, type OnnxNode, type OnnxTensor } from "./proto.js";
import { isConstant, showSize, type Size, type Term } from "./size.js";
import type { SymbolSource } from "./symbolic.js";

export class SizeWriter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #known = new Map<string, string>();

  /** @throws GenError `graph` if a symbol's input has the name of an output, or of an input of another type */
  constructor(
    graph: OnnxGraph,
    private readonly symbols: Readonly<Record<string, SymbolSource>>,
  ) {
    for (const source of Object.values(symbols)) {
      if (source.from !== "input") continue;
      const same = graph.inputs.find(({ name }) => name === source.name);
      const isTaken = graph.outputs.some(({ name }) => name === source.name);
      if (isTaken || (same !== undefined && (same.dtype !== "i64" || same.shape.length > 0))) {
        throw new GenError(
          "graph",
          `exportModel: expected "${source.name}" to be free, or an i64 scalar input, got something else of that name`,
        );
      }
    }
  }

  /**
   * The name of an array of sizes like `array`.
   *
   * @param isTarget it says what Reshape makes: one size may be left to it
   */
  value(sizes: readonly Size[], array: NdArray, isTarget = false): string {
    const key = `${array.dtype}${array.shape.length} ${sizes.map(showSize).join(", ")}`;
    const open = sizes.filter((size) => !isConstant(size)).length;
    if (isTarget && open === 1 && !array.data.some((n: number | bigint) => Number(n) === 0)) {
      return this.#constant(sizes.map((size) => (isConstant(size) ? factorOf(size) : -1)));
    }
    return this.#once(key, () => {
      const parts = runs(sizes).map(({ constants, size }) =>
        size === undefined ? this.#constant(constants) : this.#sum(size),
      );
      const joined = parts.length === 1 ? parts[0]! : this.#emit("Concat", parts, { axis: { type: "int", value: 0 } });
      const shaped = array.shape.length === 0 ? this.#emit("Squeeze", [joined, this.#constant([0])]) : joined;
      return array.dtype === "i64" ? shaped : this.#cast(shaped, array.dtype);
    });
  }

  /** [1], i64. */
  #sum(size: Size): string {
    return this.#once(showSize(size), () =>
      size.map((term) => this.#term(term)).reduce((a, b) => this.#emit("Add", [a, b])),
    );
  }

  #term({ symbols, factor }: Term): string {
    if (symbols.length === 0) return this.#constant([factor]);
    const product = symbols.map((name) => this.#symbol(name)).reduce((a, b) => this.#emit("Mul", [a, b]));
    return factor === 1 ? product : this.#emit("Mul", [product, this.#constant([factor])]);
  }

  #symbol(name: string): string {
    const source = this.symbols[name]!;
    return this.#once(`symbol ${name}`, () => {
      if (source.from === "input") return this.#emit("Reshape", [source.name, this.#constant([1])]);
      const { input, axis } = source;
      return this.#emit("Shape", [input], {
        start: { type: "int", value: axis },
        end: { type: "int", value: axis + 1 },
      });
    });
  }

  #cast(name: string, dtype: DType): string {
    return this.#emit("Cast", [name], { to: { type: "int", value: DATA_TYPES[dtype] } });
  }

  #constant(values: readonly number[]): string {
    return this.#once(`constant ${values.join()}`, () => {
      const name = `size.constant_${this.initializers.length}`;
      this.initializers.push({ name, array: ndarray(values.map(BigInt), [values.length], "i64") });
      return name;
    });
  }

  #emit(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const name = `size.${op.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push({ op, domain: "", name, inputs, outputs: [name], attributes });
    return name;
  }

  #once(key: string, make: () => string): string {
    const name = this.#known.get(key) ?? make();
    this.#known.set(key, name);
    return name;
  }
}

/** Either an open size, or constants that stand side by side. */
interface Run {
  readonly constants: number[];
  readonly size?: Size;
}

function runs(sizes: readonly Size[]): Run[] {
  const parts: Run[] = [];
  for (const size of sizes) {
    const last = parts.at(-1);
    if (!isConstant(size)) parts.push({ constants: [], size });
    else if (last?.size !== undefined || last === undefined) parts.push({ constants: [factorOf(size)] });
    else last.constants.push(factorOf(size));
  }
  return parts;
}

function factorOf(size: Size): number {
  return size[0]?.factor ?? 0;
}
