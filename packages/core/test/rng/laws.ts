/** @file What streams of random words must satisfy, each alone and all together. */
import { chiSquareScore, fairness, suspicions } from "./statistics.js";

/** How many streams of the set are compared each with each. */
const CROSSED = 400;

/**
 * The laws that streams break; none for a good generator, but for about one false alarm in 10⁵ calls.
 *
 * χ² of the bytes of each stream, correlation at lags 1 and 2 within it, share of ones of each bit over all,
 * and correlation between streams: neighbours, and each pair of 400.
 *
 * @param streams at least 400 of the same length, neighbours being those most likely to be alike
 */
export function brokenLaws(streams: readonly Uint32Array[]): string[] {
  const centred = streams.map((words) => {
    const u = new Float64Array(words.length); // Float64Array.from with a function takes ten times as long
    for (let i = 0; i < u.length; i++) u[i] = (words[i]! + 0.5) / 2 ** 32 - 0.5;
    return u;
  });
  const crossed = centred.filter((_, i) => i % Math.floor(centred.length / CROSSED) === 0).slice(0, CROSSED);
  const pairs = crossed.flatMap((a, i) => crossed.slice(0, i).map((b) => correlation(a, b)));
  return [
    ...suspicions("bytes", streams.map(byteScore)),
    ...suspicions(
      "lag 1",
      centred.map((u) => correlation(u.subarray(1), u)),
    ),
    ...suspicions(
      "lag 2",
      centred.map((u) => correlation(u.subarray(2), u)),
    ),
    ...suspicions("bits", bitScores(streams)),
    ...suspicions(
      "neighbours",
      centred.slice(1).map((u, i) => correlation(u, centred[i]!)),
    ),
    ...suspicions("pairs", pairs),
  ];
}

/** Σ uᵢvᵢ over its deviation, of numbers uniform in (−½, ½), whose variance is 1/12. */
function correlation(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return (12 * sum) / Math.sqrt(u.length);
}

function byteScore(words: Uint32Array): number {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const counts = new Uint32Array(256);
  for (let i = 0; i < bytes.length; i++) counts[bytes[i]!]!++;
  const expected = bytes.length / 256;
  let chiSquare = 0;
  for (const count of counts) chiSquare += (count - expected) ** 2 / expected;
  return chiSquareScore(chiSquare, 255);
}

/** Of each of the 32 bits, how far its share of ones is from a half; from the counts of bytes at each of four places. */
function bitScores(streams: readonly Uint32Array[]): number[] {
  const counts = new Float64Array(4 * 256);
  for (const words of streams) {
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      counts[word & 255]!++;
      counts[256 + ((word >>> 8) & 255)]!++;
      counts[512 + ((word >>> 16) & 255)]!++;
      counts[768 + (word >>> 24)]!++;
    }
  }
  return Array.from({ length: 32 }, (_, bit) => {
    let ones = 0;
    for (let byte = 0; byte < 256; byte++)
      if ((byte >>> (bit % 8)) & 1) ones += counts[256 * Math.floor(bit / 8) + byte]!;
    return fairness(ones, streams.length * streams[0]!.length);
  });
}
