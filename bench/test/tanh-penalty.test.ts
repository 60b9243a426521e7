/**
 * @file The gradient of a gradient through tanh, as penalties on slopes need it: ours is what differences say. That of
 * TensorFlow.js 4.22.0 leaves out what tanh's own slope adds, without a word: a gradient penalty of a network with tanh trains
 * on another objective there.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { grad, inference, ndarray } from "@gen/core";
import { node } from "@gen/core/node";
import * as tf from "@tensorflow/tfjs";

const [W, X] = [
  [0.7, -0.4],
  [0.5, 1.2],
] as const;

/** ∂/∂w ‖∂ tanh(x·w)/∂x‖² = 2 (1 − t²)² w − 4 t (1 − t²)² ‖w‖² x, by central differences of the float64 formula. */
function differences(): number[] {
  const penalty = (w: readonly number[]): number => {
    const t = Math.tanh(X[0] * w[0]! + X[1] * w[1]!);
    return (1 - t * t) ** 2 * (w[0]! ** 2 + w[1]! ** 2);
  };
  const moved = (i: number, h: number): number[] => W.map((w, j) => (i === j ? w + h : w));
  return [0, 1].map((i) => (penalty(moved(i, 1e-5)) - penalty(moved(i, -1e-5))) / 2e-5);
}

const runtime = await node({ threads: 1 });
after(() => runtime.close());

void test("ours is what differences say", async () => {
  const program = inference({}, { x: [1, 2], w: [2, 1] }, ({ x, w }) => {
    const slope = grad(x!.matmul(w!).tanh().sum(), [x!])[0]!;
    return { gradient: grad(slope.square().sum(), [w!])[0]! };
  });
  const feeds = { x: ndarray(X, [1, 2]), w: ndarray(W, [2, 1]) };
  const { gradient } = await runtime.run(program, { store: runtime.emptyStore(), feeds });
  differences().forEach((wanted, i) => assert.ok(Math.abs(Number(gradient!.data[i]) - wanted) < 1e-4));
});

void test("that of TensorFlow.js is not", async () => {
  await tf.setBackend("cpu");
  const x = tf.tensor2d([...X], [1, 2]);
  const penalty = (w: tf.Tensor): tf.Scalar =>
    tf
      .grad((v) => v.matMul(w).tanh().sum())(x)
      .square()
      .sum();
  const got = tf
    .grad(penalty)(tf.tensor2d([...W], [2, 1]))
    .dataSync();
  const off = differences().map((wanted, i) => Math.abs(got[i]! - wanted));
  assert.ok(
    off.every((each) => each > 0.1),
    `expected TensorFlow.js to be wrong still, got ${[...got].join()}`,
  );
});
