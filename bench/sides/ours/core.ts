/** @file A deep stack of small layers. */
import type { Tensor } from "@gen/core";
import { Linear } from "@gen/core/nn";
import { bernoulli } from "@gen/core/prob";
import { mlp50 } from "../../src/works/core.js";
import { stepOf } from "./subject.js";
import { startTraining } from "./training.js";

class Deep {
  readonly first = new Linear({ inputs: mlp50.data[0], outputs: mlp50.width });
  readonly blocks = Array.from(
    { length: mlp50.layers - 2 },
    () => new Linear({ inputs: mlp50.width, outputs: mlp50.width }),
  );
  readonly last = new Linear({ inputs: mlp50.width, outputs: mlp50.data[0] });

  loss(x: Tensor): Tensor {
    const h = this.blocks.reduce(
      (h, block) => h.add(block.forward(h).relu().div(mlp50.layers)),
      this.first.forward(x).relu(),
    );
    return bernoulli({ logits: this.last.forward(h), eventDims: 1 })
      .logProb(x)
      .mean()
      .neg();
  }
}

export const core = {
  "mlp-50": startTraining(({ rows }) => {
    const model = new Deep();
    const { batch } = mlp50;
    return { model, batch, step: stepOf(model, rows, { batch, of: (x) => model.loss(x) }) };
  }),
};
