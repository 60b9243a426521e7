/** A regression small enough to train in a test: y = x·w + b, with noise in the loss when asked. */
import {
  arrays,
  batches,
  key,
  ndarray,
  normalDraws,
  randomNormal,
  trainStep,
  type Batches,
  type Dataset,
  type Program,
} from "../../src/index.js";
import { Linear } from "../../src/nn.js";
import { adam } from "../../src/optim.js";

export const ROWS = 40;
export const SIZE = 8;

export function toyModel(): { line: Linear } {
  return { line: new Linear({ inputs: 3, outputs: 1 }) };
}

export function toyStep(model: { line: Linear }, { noisy = false, learningRate = 0.05 } = {}): Program {
  return trainStep({
    model,
    batch: { x: [SIZE, 3], y: [SIZE, 1] },
    loss: ({ x, y }, scope) => {
      const target = noisy ? y.add(randomNormal(scope.nextKey(), [SIZE, 1]).mul(0.1)) : y;
      return model.line.forward(x).sub(target).square().mean();
    },
    optimizer: adam({ learningRate }),
  });
}

export function toyRows(change: (x: Float32Array) => void = () => undefined): Dataset {
  const x = normalDraws(key(5), ROWS * 3);
  const y = Float32Array.from({ length: ROWS }, (_, i) => 2 * x[3 * i]! - x[3 * i + 1]! + 0.5);
  change(x);
  return arrays({ x: ndarray(x, [ROWS, 3]), y: ndarray(y, [ROWS, 1]) });
}

export function toyBatches(rows = toyRows()): Batches {
  return batches(rows, { size: SIZE, key: key(1) });
}
