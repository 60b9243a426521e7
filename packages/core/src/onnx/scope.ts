/**
 * @file Where nodes are written: a scope for each graph of a model (the model's own, and the body of each loop). Names
 * are readable and the same at each run: the operator and a counter.
 */
import type { DType } from "../dtype.js";
import { GenError } from "../error.js";
import { typeOf, type Node, type NodeOf } from "../ir/node.js";
import type { Op } from "../ir/ops.js";
import { ndarray, type NdArray } from "../ndarray.js";
import type { Plan } from "./plan.js";
import { DATA_TYPES, type OnnxAttribute, type OnnxNode, type OnnxTensor, type OnnxValue } from "./proto.js";
import { MICROSOFT, type Target } from "./target.js";

/** Whole numbers and words stand for themselves; anything else is spelled out. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string | OnnxAttribute>>;

/** Writes a node's operators, and gives the names of its results; those that nobody reads may have none. */
export type LowerRule<O extends Op> = (scope: Scope, node: NodeOf<O>) => string | readonly (string | undefined)[];
export type LowerTable = { readonly [O in Op]: LowerRule<O> };

export interface ScopeOptions {
  readonly target: Target;
  /** Names that are taken: the graph's inputs and outputs. */
  readonly reserved: ReadonlySet<string>;
  readonly rules: LowerTable;
}

interface Draft extends OnnxNode {
  inputs: string[];
  outputs: string[];
}

/** What all scopes of one model share. */
class Shared {
  readonly initializers: OnnxTensor[] = [];
  readonly #counters = new Map<string, number>();
  readonly #known = new Map<unknown, string>();
  readonly #lasting = new Set<string>();

  readonly target: Target;
  readonly rules: LowerTable;
  readonly #reserved: ReadonlySet<string>;

  constructor({ target, reserved, rules }: ScopeOptions) {
    this.target = target;
    this.rules = rules;
    this.#reserved = reserved;
  }

  /** A name that nobody has. */
  fresh(prefix: string): string {
    for (;;) {
      const n = this.#counters.get(prefix) ?? 0;
      this.#counters.set(prefix, n + 1);
      const name = `${prefix}_${n}`;
      if (!this.#reserved.has(name)) return name;
    }
  }

  /** Makes a value once for each key. */
  once(key: unknown, make: () => string): string {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    this.#lasting.add(known);
    return known;
  }

  /** Was this name handed out by {@link once}, so that it may be read again later? */
  isLasting(name: string): boolean {
    return this.#lasting.has(name);
  }
}

/** One graph while it is written. Outer names are visible inside, as in ONNX. */
export class Scope {
  readonly nodes: Draft[] = [];
  readonly #names = new Map<Node, readonly (string | undefined)[]>();
  readonly #own = new Set<string>();

  private constructor(
    readonly plan: Plan,
    readonly shared: Shared,
    private readonly outer?: Scope,
  ) {}

  static root(plan: Plan, options: ScopeOptions): Scope {
    return new Scope(plan, new Shared(options));
  }

  /** The body of a loop in this graph. */
  inner(plan: Plan): Scope {
    return new Scope(plan, this.shared, this);
  }

  get target(): Target {
    return this.shared.target;
  }

  get root(): Scope {
    return this.outer?.root ?? this;
  }

  /** The name under which a node's only result can be read. */
  read(node: Node): string {
    const [source, index] = node.op === "at" ? [node.inputs[0]!, node.attrs.index] : [node, 0];
    const name = this.#names.get(source)?.[index];
    if (name === undefined)
      throw new GenError("internal", `lower: expected ${node.op} to be emitted before it is read`);
    return name;
  }

  /** Gives a node's results their names. */
  bind(node: Node, names: readonly (string | undefined)[]): void {
    this.#names.set(node, names);
  }

  isBound(node: Node): boolean {
    return this.#names.has(node);
  }

  /** Is this the output of a node of this very graph? */
  owns(name: string): boolean {
    return this.#own.has(name);
  }

  /** Writes a node with one output, and gives its name. A name starting with "ms." is a com.microsoft operator. */
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.emitAll(op, inputs, { attributes, outputs: [this.shared.fresh(snake(op))] })[0]!;
  }

  /** Writes a node whose outputs have these names. */
  emitAll(
    op: string,
    inputs: readonly string[],
    { attributes, outputs }: { attributes: Attributes; outputs: readonly string[] },
  ): readonly string[] {
    const [domain, bare] = op.startsWith("ms.") ? [MICROSOFT, op.slice(3)] : ["", op];
    this.nodes.push({
      op: bare,
      domain,
      name: outputs[0]!,
      inputs: [...inputs],
      outputs: [...outputs],
      attributes: spell(attributes),
    });
    outputs.forEach((name) => this.#own.add(name));
    return outputs;
  }

  /** Renames an output of one of the nodes written since `start`; false if none of them made it, or others may read it. */
  rename(from: string, to: string, start: number): boolean {
    const made = this.nodes.slice(start);
    if (this.shared.isLasting(from) || !made.some(({ outputs }) => outputs.includes(from))) return false;
    made.forEach((node, i) => {
      const swap = (names: string[]): string[] => names.map((name) => (name === from ? to : name));
      const outputs = swap(node.outputs);
      this.nodes[start + i] = { ...node, name: outputs[0]!, inputs: swap(node.inputs), outputs };
    });
    this.#own.delete(from);
    this.#own.add(to);
    return true;
  }

  cast(name: string, dtype: DType): string {
    return this.emit("Cast", [name], { to: DATA_TYPES[dtype] });
  }

  /** Numbers that are part of the file. Made once for each `key`. */
  constant(array: NdArray, key: unknown = array): string {
    return this.shared.once(key, () => this.#initializer("const", array));
  }

  scalar(value: number | bigint, dtype: DType): string {
    return this.constant(ndarray([value], [], dtype), `${dtype} ${Object.is(value, -0) ? "-0" : value}`);
  }

  /** A shape, or another list of whole numbers that an operator reads: i64. */
  ints(values: readonly number[]): string {
    return this.shared.once(`ints ${values.join()}`, () =>
      this.#initializer("shape", ndarray(values.map(BigInt), [values.length], "i64")),
    );
  }

  /** 0, 1, …, length − 1, made at run time, outside of all loops. */
  range(length: number, dtype: DType): string {
    const { root, shared } = this;
    const whole = shared.once(`range ${length}`, () =>
      root.emit("Range", [this.scalar(0, "i64"), this.scalar(length, "i64"), this.scalar(1, "i64")]),
    );
    return dtype === "i64" ? whole : shared.once(`range ${length} ${dtype}`, () => root.cast(whole, dtype));
  }

  #initializer(prefix: string, array: NdArray): string {
    const name = this.shared.fresh(prefix);
    this.shared.initializers.push({ name, array });
    return name;
  }
}

/** What a graph says of an input or output. */
export function valueOf(name: string, node: Node): OnnxValue {
  return { name, ...typeOf(node) };
}

function spell(attributes: Attributes): Record<string, OnnxAttribute> {
  const spelled: Record<string, OnnxAttribute> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "number") spelled[name] = { type: "int", value };
    else if (typeof value === "string") spelled[name] = { type: "string", value };
    else spelled[name] = "type" in value ? value : { type: "ints", value };
  }
  return spelled;
}

/** ReduceSum → reduce_sum, MatMul → mat_mul. */
function snake(op: string): string {
  return op
    .replace(/^ms\./, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, "_")
    .toLowerCase();
}
