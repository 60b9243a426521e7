/**
 * @file Graph → the same graph in which numbers for each channel lie side by side for a row of pixels. onnxruntime's CPU
 * kernels meet an operand that is repeated in pieces as long as what is not, at some 10 ns a piece: 32 channels, one number
 * for each, take three times as long as an operand of full size.
 */
import type { Graph } from "../ir/graph.js";
import { typeOf, type Node } from "../ir/node.js";
import { mapNodes, withBody, withInputs } from "../ir/walk.js";
import { sizeOf, type Shape } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";

/** Numbers in a piece, at least: its own time is then far above that of finding it. */
const RUN = 256;
/** How much smaller than the result the repeated operand stays. */
const SHARE = 8;

const OPS = new Set(["add", "sub", "mul", "div"]);

/** The graph with short repeated operands of large results made longer. */
export function longRuns(graph: Graph): Graph {
  return graph.rewritten((outputs) =>
    mapNodes(outputs, (_, rebuild) => {
      const node = rebuild();
      if (node.op === "scan") return withBody(node, longRuns);
      if (!OPS.has(node.op) || typeOf(node).dtype !== "f32") return node;
      const { shape } = typeOf(node);
      const inputs = node.inputs.map((x) => longer(x, shape));
      return inputs.some((x, i) => x !== node.inputs[i]) ? withInputs(node, inputs) : node;
    }),
  );
}

/** An operand repeated along as many axes before its last ones as it takes to make a long run; itself if there is no need. */
function longer(x: Node, whole: Shape): Node {
  const { shape } = typeOf(x);
  if (shape.length !== whole.length || shape.at(-1) === 1) return x;
  const to = [...shape];
  let run = 1;
  for (let axis = shape.length - 1; axis >= 0 && run < RUN; axis--) {
    to[axis] = whole[axis]!;
    run *= whole[axis]!;
  }
  const [before, after, all] = [shape, to, whole].map(sizeOf) as [number, number, number];
  return after === before || after * SHARE > all ? x : new Tensor(x).expand(to).node;
}
