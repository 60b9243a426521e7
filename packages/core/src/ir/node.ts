/** @file Nodes: immutable, interned (equal structure is the same object), typed when they are made. */
import type { DType } from "../dtype.js";
import { GenError } from "../error.js";
import type { Shape } from "../shape.js";
import { VERSION } from "../version.js";
import { infer } from "./infer.js";
import { internKey, sameConstant } from "./intern.js";
import type { Attrs, Op } from "./ops.js";

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface NodeOf<O extends Op> {
  readonly op: O;
  readonly inputs: readonly Node[];
  readonly attrs: Attrs[O];
  /** One for each result; all ops but `scan` and `call` have one. */
  readonly types: readonly TensorType[];
  /** Grows with creation: an input's id is below that of every node that reads it. */
  readonly id: number;
}

/** Discriminated union: `node.op === "sum"` narrows `node.attrs`. */
export type Node = { [O in Op]: NodeOf<O> }[Op];

const made = new WeakSet<object>();
const interned = new Map<string, WeakRef<Node>>();
const collected = new FinalizationRegistry<string>((key) => {
  if (interned.get(key)?.deref() === undefined) interned.delete(key);
});
let nextId = 0;

/**
 * The node of this op on these inputs; the same object when an equal one is alive. `input` nodes are always new.
 *
 * @throws GenError `shape`, `dtype` or `range`, at the line that made the illegal node.
 */
export function make<O extends Op>(op: O, inputs: readonly Node[], attrs: Attrs[O]): NodeOf<O> {
  for (const input of inputs) checkOrigin(input, op);
  if (op === "input") return fresh(op, inputs, attrs);
  const key = internKey(op, inputs, attrs);
  const known = interned.get(key)?.deref() as NodeOf<O> | undefined;
  if (known !== undefined) return sameConstant(known.attrs, attrs) ? known : fresh(op, inputs, attrs);
  const node = fresh(op, inputs, attrs);
  interned.set(key, new WeakRef(node as Node));
  collected.register(node, key);
  return node;
}

function fresh<O extends Op>(op: O, inputs: readonly Node[], attrs: Attrs[O]): NodeOf<O> {
  const given = inputs.flatMap(({ types }) => types); // `at` alone takes a node with several results
  if (given.length !== inputs.length && inputs.length !== 1) inputs.forEach(typeOf);
  const types = infer(op, given, attrs);
  const node: NodeOf<O> = Object.freeze({ op, inputs: Object.freeze([...inputs]), attrs, types, id: nextId++ });
  made.add(node);
  return node;
}

/** The type of a node's only result. */
export function typeOf(node: Node): TensorType {
  if (node.types.length !== 1) {
    throw new GenError("graph", `${node.op}: expected one result, got ${node.types.length}; read them through at()`);
  }
  return node.types[0]!;
}

function checkOrigin(node: Node, where: string): void {
  if (!made.has(node)) {
    throw new GenError(
      "graph",
      `${where}: expected a node of this copy of @gen/core (${VERSION}), got one of another`,
      {
        fix: "let one copy of @gen/core be installed: `npm ls @gen/core` shows where the second comes from",
      },
    );
  }
}
