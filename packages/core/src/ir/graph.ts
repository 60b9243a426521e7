/** @file Graph: a closed, immutable program as data. Every feature maps graphs to graphs, or graphs to bytes. */
import { GenError } from "../error.js";
import type { Node } from "./node.js";
import { typeOf } from "./node.js";
import { topological } from "./walk.js";

/** A named input or output. */
export interface Port {
  readonly name: string;
  readonly node: Node;
}

let nextGraph = 0;

/** Named inputs and outputs, and all that lies between them. */
export class Graph {
  /** Identity, part of the interning key of nodes that hold this graph. */
  readonly id = nextGraph++;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];

  /**
   * @throws GenError `graph` if an input that the outputs need is missing, if a name is used twice, or if an output
   * has several results.
   */
  constructor({ inputs, outputs }: { inputs: readonly Port[]; outputs: readonly Port[] }) {
    this.inputs = Object.freeze([...inputs]);
    this.outputs = Object.freeze([...outputs]);
    checkNames(inputs, "input");
    checkNames(outputs, "output");
    outputs.forEach(({ node }) => typeOf(node));
    const given = new Set(inputs.map(({ node }) => node));
    for (const node of topological(outputs.map((port) => port.node))) {
      if (node.op === "input" && !given.has(node)) {
        const { kind, dtype, shape } = node.attrs;
        throw new GenError(
          "graph",
          `graph: expected every input to be given, got a free ${kind} ${dtype}[${shape.join(", ")}]`,
          {
            fix: "make it part of the model's public fields, or of the program's feeds",
          },
        );
      }
    }
    Object.freeze(this);
  }

  /** The graph of the same names whose outputs are what `rewrite` makes of these; itself if that is the same. */
  rewritten(rewrite: (outputs: readonly Node[]) => readonly Node[]): Graph {
    const { inputs, outputs } = this;
    const now = rewrite(outputs.map(({ node }) => node));
    if (outputs.every(({ node }, i) => node === now[i])) return this;
    return new Graph({ inputs, outputs: outputs.map(({ name }, i) => ({ name, node: now[i]! })) });
  }

  /** All nodes that the outputs need, each after its inputs. */
  nodes(): Node[] {
    return topological(this.outputs.map(({ node }) => node));
  }
}

function checkNames(ports: readonly Port[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of ports) {
    if (seen.has(name)) throw new GenError("graph", `graph: expected distinct ${what} names, got "${name}" twice`);
    seen.add(name);
  }
}
