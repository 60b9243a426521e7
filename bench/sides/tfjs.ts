/**
 * @file The TensorFlow.js side, on its wasm backend (dense VAE) or in pure JavaScript (convolutional VAE: the wasm backend
 * has no Conv2DBackpropFilter). `tf.train.adam` and `minimize`, as in its guides. Its layout is NHWC, so pictures,
 * filters and the two matrices next to the flattened picture are reordered once, when they are loaded.
 */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { adamOptions, product } from "../src/fixture.js";
import { readFixture } from "../src/fixtures.js";
import { serve, type Request, type Work } from "../src/protocol.js";
import { versionOf } from "../src/versions.js";
import { vaeConv, vaeDense } from "../src/works/vae.js";

type Weights = ReadonlyMap<string, tf.Variable>;

interface Network {
  encode(weights: Weights, x: tf.Tensor): tf.Tensor2D;
  decode(weights: Weights, z: tf.Tensor2D): tf.Tensor;
  /** From the fixture's layout to ours, for one parameter. */
  arrange(name: string, value: tf.Tensor): tf.Tensor;
}

function dense(weights: Weights, name: string, x: tf.Tensor): tf.Tensor2D {
  return tf.add(
    tf.matMul(x as tf.Tensor2D, weights.get(`${name}.weight`) as tf.Tensor2D),
    weights.get(`${name}.bias`)!,
  );
}

const denseVae: Network = {
  encode: (w, x) => dense(w, "encoder.out", tf.relu(dense(w, "encoder.hidden", x))),
  decode: (w, z) => dense(w, "decoder.out", tf.relu(dense(w, "decoder.hidden", z))),
  arrange: (_, value) => value,
};

const { channels, stride, data: pictureShape, latent: convLatent } = vaeConv;
const side = pictureShape[1] / stride ** channels.length;
const top = channels.at(-1)!;
const levels = [pictureShape[0], ...channels];

const convVae: Network = {
  encode(w, x) {
    let h = x as tf.Tensor4D; // [N, H, W, C]
    channels.forEach((_, i) => {
      const filter = w.get(`encoder.convs.${i}.weight`) as unknown as tf.Tensor4D;
      h = tf.relu(tf.add(tf.conv2d(h, filter, stride, "same"), w.get(`encoder.convs.${i}.bias`)!));
    });
    return dense(w, "encoder.out", h.reshape([h.shape[0], side * side * top]));
  },
  decode(w, z) {
    let h = dense(w, "decoder.input", z).reshape([z.shape[0], side, side, top]) as tf.Tensor4D;
    channels.forEach((_, i) => {
      const filter = w.get(`decoder.convs.${i}.weight`) as unknown as tf.Tensor4D;
      const [n, height] = h.shape;
      const size = height * stride;
      const out = tf.conv2dTranspose(
        tf.relu(h),
        filter,
        [n, size, size, levels[channels.length - 1 - i]!],
        stride,
        "same",
      );
      h = tf.add(out, w.get(`decoder.convs.${i}.bias`)!);
    });
    return h;
  },
  arrange(name, value) {
    if (name === "encoder.out.weight") {
      return value
        .reshape([top, side, side, 2 * convLatent])
        .transpose([1, 2, 0, 3])
        .reshape(value.shape);
    }
    if (name === "decoder.input.weight") {
      return value.reshape([convLatent, top, side, side]).transpose([0, 2, 3, 1]).reshape(value.shape);
    }
    if (name === "decoder.input.bias") return value.reshape([top, side, side]).transpose([1, 2, 0]).flatten();
    // [out, in, k, k] → [k, k, in, out]; transposed: [in, out, k, k] → [k, k, out, in]. The same permutation.
    return value.rank === 4 ? value.transpose([2, 3, 1, 0]) : value;
  },
};

function lossOf(network: Network, weights: Weights, x: tf.Tensor): tf.Scalar {
  const n = x.shape[0]!;
  const [mu, logVar] = tf.split(network.encode(weights, x), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const noise = tf.randomNormal(mu.shape) as tf.Tensor2D;
  const logits = network.decode(weights, tf.add(mu, tf.mul(tf.exp(tf.mul(logVar, 0.5)), noise)));
  // max(l, 0) − l·x + log(1 + exp(−|l|)), the form of tf.losses.sigmoidCrossEntropy.
  const crossEntropy = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, x)), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
  const kl = tf.mul(tf.sum(tf.sub(tf.sub(tf.add(logVar, 1), tf.square(mu)), tf.exp(logVar))), -0.5);
  return tf.div(tf.add(tf.sum(crossEntropy), kl), n);
}

async function start({ work, folder }: Request): Promise<Work> {
  await tf.setBackend(backend);
  await tf.ready();
  const network = work === "vae-dense" ? denseVae : convVae;
  const { batch } = work === "vae-dense" ? vaeDense : vaeConv;
  const { rows, params } = readFixture(folder);
  const shape = [batch, ...rows.shape.slice(1)];
  const weights = new Map(
    [...params].map(([name, { data, shape }]) => [
      name,
      tf.variable(network.arrange(name, tf.tensor(data, [...shape]))),
    ]),
  );
  const size = product(shape);
  const batches = Array.from({ length: rows.data.length / size }, (_, i) => {
    const x = tf.tensor(rows.data.slice(i * size, (i + 1) * size), shape);
    return x.rank === 4 ? x.transpose([0, 2, 3, 1]) : x;
  });
  const { learningRate, beta1, beta2, epsilon } = adamOptions;
  const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
  let done = 0;
  return {
    async run(steps) {
      const losses: number[] = [];
      for (let i = 0; i < steps; i++, done++) {
        const x = batches[done % batches.length]!;
        const loss = optimizer.minimize(() => lossOf(network, weights, x), true, [...weights.values()])!;
        losses.push((await loss.data())[0]!);
        loss.dispose();
      }
      return losses;
    },
  };
}

const backend = process.argv[2] ?? "wasm";
await serve(`TensorFlow.js ${versionOf("@tensorflow/tfjs")} (${backend})`, start);
