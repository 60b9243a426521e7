/**
 * @file From nothing to a session: a stack of transformer blocks, its gradients and Adam as one graph, encoded, and made
 * ready to run. Nothing is allocated or run: what is timed is what stands between a user and the first step.
 */
import { gelu, softmax, trainStep, type Tensor } from "@gen/core";
import { Linear } from "@gen/core/nn";
import { adam } from "@gen/core/optim";
import { node } from "@gen/core/node";
import { adamOptions } from "../../src/fixture.js";
import type { Request, Work } from "../../src/protocol.js";
import { graph12x768 } from "../../src/works/core.js";

const { layers, width, heads, context, batch } = graph12x768;

class Block {
  readonly qkv = new Linear({ inputs: width, outputs: 3 * width });
  readonly out = new Linear({ inputs: width, outputs: width });
  readonly up = new Linear({ inputs: width, outputs: 4 * width });
  readonly down = new Linear({ inputs: 4 * width, outputs: width });

  /** [N, T, D] → [N, T, D] */
  forward(x: Tensor): Tensor {
    const attended = x.add(this.out.forward(this.#attention(normalise(x))));
    return attended.add(this.down.forward(gelu(this.up.forward(normalise(attended)))));
  }

  #attention(x: Tensor): Tensor {
    const perHead = (part: Tensor): Tensor =>
      part.reshape([batch, context, heads, width / heads]).transpose([0, 2, 1, 3]);
    const [q, k, v] = this.qkv.forward(x).split([width, width, width], 2).map(perHead) as [Tensor, Tensor, Tensor];
    const scores = q.matmul(k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(width / heads)); // [N, H, T, T]
    return softmax(scores, -1).matmul(v).transpose([0, 2, 1, 3]).reshape([batch, context, width]);
  }
}

/** Layer normalisation without gain and bias. */
function normalise(x: Tensor): Tensor {
  const centred = x.sub(x.mean(-1, { keepDims: true }));
  return centred.div(centred.mul(centred).mean(-1, { keepDims: true }).add(1e-5).sqrt());
}

class Stack {
  readonly blocks = Array.from({ length: layers }, () => new Block());

  forward(x: Tensor): Tensor {
    return this.blocks.reduce((h, block) => block.forward(h), x);
  }
}

export async function startGraph({ threads }: Request): Promise<Work> {
  const runtime = await node({ threads });
  return {
    async run() {
      const model = new Stack();
      const shape = [batch, context, width];
      const step = trainStep({
        model,
        batch: { x: shape, y: shape },
        loss: ({ x, y }) => {
          const error = model.forward(x).sub(y);
          return error.mul(error).mean();
        },
        optimizer: adam(adamOptions),
      });
      await runtime.compile(step);
      return [];
    },
  };
}
