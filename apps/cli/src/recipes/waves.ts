/** @file Sounds as pictures: the wave of each, its first channel, over time. */
import { zeros, type NdArray } from "@gen/core";

/** Pixels of the picture of a sound. */
const [WIDTH, HEIGHT] = [320, 48];

/** @param sounds [N, C, T] in [−1, 1] @returns [N, 1, HEIGHT, WIDTH]; a column is what the samples in it lie between */
export function waves({ data, shape }: NdArray): NdArray {
  const [n, channels, length] = shape as [number, number, number];
  const pictures = zeros([n, 1, HEIGHT, WIDTH]);
  const pixels = pictures.data as Float32Array;
  const line = (v: number): number => Math.round(((1 - Math.min(1, Math.max(-1, v))) / 2) * (HEIGHT - 1));
  for (let i = 0; i < n; i++)
    for (let column = 0; column < WIDTH; column++) {
      const at = (c: number): number => Math.min(length - 1, Math.floor((c * length) / WIDTH));
      let [low, high] = [Infinity, -Infinity];
      for (let t = at(column); t <= at(column + 1); t++) {
        const v = Number(data[i * channels * length + t]);
        [low, high] = [Math.min(low, v), Math.max(high, v)];
      }
      for (let y = line(high); y <= line(low); y++) pixels[(i * HEIGHT + y) * WIDTH + column] = 1;
    }
  return pictures;
}
