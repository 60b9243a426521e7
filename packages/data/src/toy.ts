/** @file Densities in the plane that every family can be watched on: data sets with a field `x` f32 [2]. */
import { arrays, ndarray, normalDraws, split, uniformDraws, type Dataset, type Key } from "@gen/core";

export interface ToyOptions {
  /** Points. @default 10000 */
  readonly n?: number;
  readonly key: Key;
  /** Standard deviation of the noise around each shape. */
  readonly noise?: number;
}

/** Points around two interleaved half circles, of radius 1, centred on the origin. */
export function twoMoons({ n = 10_000, key, noise = 0.1 }: ToyOptions): Dataset {
  return plane(n, { key, noise }, (u, v) => {
    const angle = Math.PI * u;
    const sign = v < 0.5 ? 1 : -1;
    return [sign * (Math.cos(angle) - 0.5), sign * (Math.sin(angle) - 0.25)];
  });
}

/** So many centres on a circle of radius 2. */
export function ringCentres(modes = 8): readonly (readonly [number, number])[] {
  return Array.from({ length: modes }, (_, mode) => {
    const angle = (2 * Math.PI * mode) / modes;
    return [2 * Math.cos(angle), 2 * Math.sin(angle)];
  });
}

/** 25 centres, five by five and 2 apart, around the origin. */
export function gridCentres(): readonly (readonly [number, number])[] {
  return Array.from({ length: 25 }, (_, mode) => [2 * Math.floor(mode / 5) - 4, 2 * (mode % 5) - 4]);
}

/** Points around {@link ringCentres}. */
export function ringOfGaussians({
  n = 10_000,
  key,
  noise = 0.05,
  modes = 8,
}: ToyOptions & { readonly modes?: number }): Dataset {
  const centres = ringCentres(modes);
  return plane(n, { key, noise }, (u) => centres[Math.floor(u * modes)]!);
}

/** Points around two circles, of radius 1 and 2. */
export function rings({ n = 10_000, key, noise = 0.08 }: ToyOptions): Dataset {
  return plane(n, { key, noise }, (u, v) => {
    const radius = v < 1 / 3 ? 1 : 2;
    return [radius * Math.cos(2 * Math.PI * u), radius * Math.sin(2 * Math.PI * u)];
  });
}

/** Points around {@link gridCentres}. */
export function gridOfGaussians({ n = 10_000, key, noise = 0.05 }: ToyOptions): Dataset {
  const centres = gridCentres();
  return plane(n, { key, noise }, (u, v) => centres[5 * Math.floor(5 * u) + Math.floor(5 * v)]!);
}

/** Points all over every other square of a board of four by four, from −2 to 2; its edges are sharp unless there is noise. */
export function checkerboard({ n = 10_000, key, noise = 0 }: ToyOptions): Dataset {
  return plane(n, { key, noise }, (u, v) => {
    const square = 2 * Math.floor(2 * v) + (Math.floor(4 * u) % 2);
    return [4 * u - 2, square + ((2 * v) % 1) - 2];
  });
}

/** `n` points of a shape, each with normal noise; the shape takes two draws from U(0, 1). */
function plane(
  n: number,
  { key, noise }: { key: Key; noise: number },
  shape: (u: number, v: number) => readonly [number, number],
): Dataset {
  const uniform = uniformDraws(split(key, 0), 2 * n);
  const normal = normalDraws(split(key, 1), 2 * n);
  const x = new Float32Array(2 * n);
  for (let i = 0; i < n; i++) {
    const [a, b] = shape(uniform[2 * i]!, uniform[2 * i + 1]!);
    x[2 * i] = a + noise * normal[2 * i]!;
    x[2 * i + 1] = b + noise * normal[2 * i + 1]!;
  }
  return arrays({ x: ndarray(x, [n, 2]) });
}
