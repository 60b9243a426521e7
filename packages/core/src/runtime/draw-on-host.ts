/**
 * @file Random bits drawn by the host, for devices where every operator costs a launch: a draw of 64-bit arithmetic in
 * 32-bit halves is some 200 operators there, each child of a key as many again, and most of them work on a scalar. What
 * depends on the key alone and is small is computed here instead, from the same rules, and fed: the same bits.
 */
import { isReal } from "../dtype.js";
import { evaluate } from "../ir/evaluate.js";
import { Graph, type Port } from "../ir/graph.js";
import { typeOf, type Node } from "../ir/node.js";
import { substitute, topological } from "../ir/walk.js";
import type { NdArray } from "../ndarray.js";
import { unroll } from "../onnx/unroll.js";
import { KEY } from "../program/program.js";
import { sizeOf } from "../shape.js";
import { feed } from "../tensor/inputs.js";
import type { Backend } from "./backend.js";

/** Elements of a draw: above it, the device is quicker than the host and the way between them. */
const MOST_DRAWN = 65_536;

/** Elements of what leads to a draw: keys. */
const MOST_ELSE = 16;

/** The same device, with small draws made by the host. */
export function drawOnHost(backend: Backend): Backend {
  return {
    ...backend,
    async compile(graph) {
      const parts = divide(graph);
      if (parts === undefined) return backend.compile(graph);
      const { host, device } = parts;
      const kernel = await backend.compile(device);
      return {
        run(inputs, keep, given) {
          const { [KEY]: key, ...others } = inputs;
          const drawn = evaluate(host, { [KEY]: key as NdArray });
          const needsKey = device.inputs.some(({ name }) => name === KEY);
          return kernel.run({ ...others, ...(needsKey ? { [KEY]: key! } : {}), ...drawn }, keep, given);
        },
        release: () => kernel.release(),
      };
    },
  };
}

/** What the host computes from the key, and the rest, which takes that as further inputs. */
function divide(graph: Graph): { readonly host: Graph; readonly device: Graph } | undefined {
  const key = graph.inputs.find(({ name }) => name === KEY);
  if (key === undefined) return undefined;
  const roots = unroll(graph.outputs.map(({ node }) => node)); // a loop draws with children of the key, too
  const order = topological(roots);
  const drawn = new Set<Node>([key.node]); // depends on the key and on constants
  const known = new Set<Node>(); //           depends on nothing
  for (const node of order) {
    if (node.op === "input" || !isForHost(node)) continue;
    if (node.inputs.every((input) => known.has(input))) known.add(node);
    else if (node.inputs.every((input) => known.has(input) || drawn.has(input))) drawn.add(node);
  }
  drawn.delete(key.node);
  const outside = order.filter((node) => !drawn.has(node)).flatMap(({ inputs }) => inputs);
  const handed = [...new Set([...outside, ...roots])].filter((node) => drawn.has(node));
  if (handed.length === 0) return undefined;
  const fed = new Map(handed.map((node) => [node, feed(typeOf(node).shape, typeOf(node).dtype).node]));
  const name = (i: number): string => `${KEY}.${i}`;
  const rest = substitute(roots, fed);
  const needed = new Set(topological(rest));
  const inputs: Port[] = graph.inputs.filter(({ node }) => node !== key.node || needed.has(node));
  return {
    host: new Graph({ inputs: [key], outputs: handed.map((node, i) => ({ name: name(i), node })) }),
    device: new Graph({
      inputs: [...inputs, ...handed.map((node, i) => ({ name: name(i), node: fed.get(node)! }))],
      outputs: graph.outputs.map((port, i) => ({ name: port.name, node: rest[i]! })),
    }),
  };
}

/** Whole numbers only: they come out the same everywhere. */
function isForHost({ op, types }: Node): boolean {
  const [first, ...others] = types;
  if (first === undefined || others.length > 0 || isReal(first.dtype)) return false;
  return sizeOf(first.shape) <= (op === "randomBits" ? MOST_DRAWN : MOST_ELSE);
}
