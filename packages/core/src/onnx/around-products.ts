/**
 * @file Graph → the same graph with what a matrix product's kernel does by the way standing next to the product, where
 * plan.ts finds it: a scalar factor of an operand or of the result, and a bias. Reshapes between are moved out of the
 * way, and a sum is scaled instead of what it sums. A factor is moved into a product that nothing else reads, so that
 * no product is computed twice. f32 only: numbers may differ in their last bit.
 */
import type { Graph } from "../ir/graph.js";
import { make, typeOf, type Node, type NodeOf } from "../ir/node.js";
import type { Op } from "../ir/ops.js";
import { applyFirst, type Rules } from "../ir/rewrite.js";
import { mapNodes, readersOf, withBody, withInputs } from "../ir/walk.js";

/** The graph with biases beside its products, and with factors if asked for; itself if there are none to move. */
export function aroundProducts(graph: Graph, { factors }: { readonly factors: boolean }): Graph {
  return graph.rewritten((outputs) => moved(outputs, factors));
}

function moved(roots: readonly Node[], factors: boolean): Node[] {
  const readers = readersOf(roots);
  const readOnce = new Set<Node>();
  const { mul, matmul, sum, ...always } = rulesFor(readOnce, factors);
  const rules: Rules = factors ? { ...always, mul, matmul, sum } : always;
  return mapNodes(roots, (node, rebuild) => {
    const rebuilt = rebuild();
    const now = applyFirst(rebuilt, rules) ?? rebuilt;
    if (readers.get(node) === 1) readOnce.add(now);
    return now;
  });
}

/** @param readOnce what one node reads, among those that were met; the rules add what they make */
function rulesFor(readOnce: Set<Node>, factors: boolean) {
  const isReadOnce = (node: Node): boolean => readOnce.has(node);
  /** Moves around something new, of which only the outermost may have more readers than one. */
  const wrapped = (core: Node, around: readonly Node[]): Node =>
    around.reduceRight((x, move) => {
      readOnce.add(x);
      return withInputs(move as NodeOf<Op>, [x]);
    }, core);
  return {
    scan: [(node) => withBody(node, (body) => aroundProducts(body, { factors }))],
    mul: [
      (node) => {
        const c = factorOf(node);
        if (c === undefined) return undefined;
        const { core, around } = inside(node.inputs[0]!, isReadOnce);
        if (core.op === "matmul" && around.length > 0 && isReadOnce(core)) return wrapped(scaled(core, c), around);
        const [product, bias] = core.inputs;
        if (core.op !== "add" || product!.op !== "matmul" || typeOf(bias!).shape.length !== 1) return undefined;
        if (!isReadOnce(core) || !isReadOnce(product)) return undefined;
        const smaller = scaled(product, c);
        readOnce.add(smaller);
        return wrapped(withInputs(core, [smaller, scaled(bias!, c)]), around);
      },
    ],
    add: [
      (node) => {
        const [x, bias] = node.inputs as [Node, Node];
        const { core, around } = inside(x, isReadOnce);
        const product = factorOf(core) === undefined ? core : core.inputs[0]!;
        if (product.op !== "matmul" || around.length === 0 || !isReadOnce(core)) return undefined;
        const [n] = typeOf(bias).shape;
        const fits = typeOf(bias).shape.length === 1 && [x, core].every((y) => typeOf(y).shape.at(-1) === n);
        return fits ? wrapped(make("add", [core, bias], {}), around) : undefined;
      },
    ],
    matmul: [
      (node) => {
        const inputs = node.inputs.map((x) => factorOutside(x, isReadOnce));
        return inputs.some((x, i) => x !== node.inputs[i]) ? withInputs(node, inputs) : undefined;
      },
    ],
    sum: [
      (node) => {
        const c = factorOf(node.inputs[0]!);
        return c === undefined ? undefined : scaled(withInputs(node, [node.inputs[0]!.inputs[0]!]), c);
      },
    ],
  } satisfies Rules;
}

/** The constant number that a node multiplies f32 by. */
export function factorOf(node: Node): Node | undefined {
  if (node.op !== "mul" || typeOf(node).dtype !== "f32") return undefined;
  const c = node.inputs[1]!;
  return c.op === "constant" && typeOf(c).shape.length === 0 ? c : undefined;
}

const scaled = (x: Node, c: Node): Node => make("mul", [x, c], {});

/** What reshapes that nobody else reads are made of; they come with it, the outermost first. */
function inside(x: Node, isReadOnce: (node: Node) => boolean): { core: Node; around: readonly Node[] } {
  const around: Node[] = [];
  let core = x;
  for (; core.op === "reshape" && isReadOnce(core); core = core.inputs[0]!) around.push(core);
  return { core, around };
}

/** move(x·c) = move(x)·c, unless x is a product that takes the factor itself. */
function factorOutside(operand: Node, isReadOnce: (node: Node) => boolean): Node {
  const around: Node[] = [];
  let core = operand;
  for (; core.op === "reshape" || core.op === "transpose"; core = core.inputs[0]!) around.push(core);
  const c = factorOf(core);
  const x = core.inputs[0];
  if (c === undefined || around.length === 0 || (x!.op === "matmul" && isReadOnce(x))) return operand;
  return scaled(
    around.reduceRight((inner, move) => withInputs(move as NodeOf<Op>, [inner]), x!),
    c,
  );
}
