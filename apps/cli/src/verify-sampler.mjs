/**
 * @file What somebody who has only the exported file would do: run sampler.onnx by onnxruntime-node, lay the samples out
 * as a grid, and compare it with the picture that the trainer drew. Nothing of gen is imported. A model with classes draws
 * one sample of each of the first n.
 *
 *     node verify-sampler.mjs <model folder> <picture.png> <seed> <n>
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { InferenceSession, Tensor } from "onnxruntime-node";

const GAP = 2; // pixels between the pictures of the grid, and around it

const [folder, picturePath, seed, n] = process.argv.slice(2);
const picture = decodePng(readFileSync(picturePath));

const session = await InferenceSession.create(join(folder, "sampler.onnx"));
const int64 = (value) => new Tensor("int64", [BigInt(value)], []);
const feeds = { seed: int64(seed), n: int64(n) };
if (session.inputNames.includes("label")) {
  feeds.label = new Tensor(
    "int32",
    Int32Array.from({ length: Number(n) }, (_, i) => i),
    [Number(n)],
  );
}
const { samples } = await session.run(feeds);
const drawn = grid(samples, picture.width);

if (drawn.width !== picture.width || drawn.height !== picture.height || drawn.channels !== picture.channels) {
  fail(
    `a picture of ${drawn.width} × ${drawn.height} × ${drawn.channels}, not ${picture.width} × ${picture.height} × ${picture.channels}`,
  );
}
let differing = 0;
for (let i = 0; i < drawn.data.length; i++) {
  const difference = Math.abs(drawn.data[i] - picture.data[i]);
  // A value that lies on the edge between two levels may fall to either side.
  if (difference > 1) fail(`a picture that differs by ${difference} of 255 levels at byte ${i}`);
  if (difference > 0) differing++;
}
const same =
  differing === 0
    ? "the same picture"
    : `the same picture but for rounding in ${differing} of ${drawn.data.length} bytes`;
console.log(`A process with nothing but onnxruntime-node drew ${same} from (seed ${seed}, n ${n}).`);

/** [N, C, H, W] intensities in rows as wide as the picture. */
function grid({ dims, data }, pictureWidth) {
  const [count, channels, height, width] = dims.map(Number);
  const columns = Math.floor((pictureWidth - GAP) / (width + GAP));
  const across = columns * (width + GAP) + GAP;
  const down = Math.ceil(count / columns) * (height + GAP) + GAP;
  const out = new Uint8Array(across * down * channels);
  for (let i = 0; i < data.length; i++) {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const channel = Math.floor(i / (width * height)) % channels;
    const image = Math.floor(i / (width * height * channels));
    const left = GAP + (image % columns) * (width + GAP) + x;
    const top = GAP + Math.floor(image / columns) * (height + GAP) + y;
    out[(top * across + left) * channels + channel] = Math.round(Math.min(1, Math.max(0, data[i])) * 255);
  }
  return { data: out, width: across, height: down, channels };
}

/** An 8-bit PNG, grey or RGB, not interlaced: PNG specification, third edition, §9 for the filters. */
function decodePng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const [width, height, depth, colour] = [view.getUint32(16), view.getUint32(20), bytes[24], bytes[25]];
  const channels = { 0: 1, 2: 3 }[colour];
  if (depth !== 8 || channels === undefined)
    fail(`a PNG of depth ${depth} and colour type ${colour}, not 8 and 0 or 2`);
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < channels ? 0 : data[at - channels];
      const up = y === 0 ? 0 : data[at - stride];
      const corner = x < channels || y === 0 ? 0 : data[at - stride - channels];
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      data[at] = raw[y * (stride + 1) + 1 + x] + predicted;
    }
  }
  return { data, width, height, channels };
}

function paeth(left, up, corner) {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function fail(got) {
  console.error(`expected the picture ${picturePath}, got ${got}`);
  process.exit(1);
}
