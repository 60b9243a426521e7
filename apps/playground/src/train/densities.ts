/** @file Densities in the plane to learn: points in [−3, 3]², made from a seed or drawn by hand. */
import { arrays, key as keyOf, ndarray, normalDraws, split, uniformDraws, type Dataset, type Key } from "@gen/core";
import { ringOfGaussians, rings, twoMoons } from "@gen/data";

/** Points of a set. */
const COUNT = 8192;

export const SHAPES = ["moons", "rings", "gaussians", "checkerboard", "spiral", "drawn"] as const;
export type ShapeName = (typeof SHAPES)[number];

export const TITLES: Readonly<Record<ShapeName, string>> = {
  moons: "two moons",
  rings: "two rings",
  gaussians: "eight Gaussians",
  checkerboard: "checkerboard",
  spiral: "spiral",
  drawn: "your own",
};

const makers: Readonly<Record<Exclude<ShapeName, "drawn">, (key: Key) => Dataset>> = {
  moons: (key) => twoMoons({ n: COUNT, key }),
  rings: (key) => rings({ n: COUNT, key }),
  gaussians: (key) => ringOfGaussians({ n: COUNT, key, noise: 0.15 }),
  checkerboard: (key) => points(key, checkerboard),
  spiral: (key) => points(key, spiral),
};

/** The points of a shape. `strokes` are those drawn by hand, [x, y] after [x, y], which "drawn" repeats with a little noise. */
export function cloud(shape: ShapeName, seed: number, strokes: readonly number[]): Dataset {
  const key = split(keyOf(seed), 5);
  if (shape !== "drawn") return makers[shape](key);
  const given = strokes.length >= 2 ? strokes : [0, 0];
  const noise = normalDraws(key, 2 * COUNT);
  const x = noise.map((v, i) => given[i % (2 * Math.floor(given.length / 2))]! + 0.06 * v);
  return arrays({ x: ndarray(x, [COUNT, 2]) });
}

function points(key: Key, shape: (u: number, v: number) => readonly [number, number]): Dataset {
  const draws = uniformDraws(split(key, 0), 2 * COUNT);
  const x = new Float32Array(2 * COUNT);
  for (let i = 0; i < COUNT; i++) x.set(shape(draws[2 * i]!, draws[2 * i + 1]!), 2 * i);
  return arrays({ x: ndarray(x, [COUNT, 2]) });
}

/** Uniform on every second square of a board of four by four. */
function checkerboard(u: number, v: number): readonly [number, number] {
  const x = 4 * u;
  const y = 2 * v;
  const row = 2 * Math.floor(y) + (Math.floor(x) % 2);
  return [x - 2, row + (y % 1) - 2];
}

/** Along an arm of one and a half turns. */
function spiral(u: number, v: number): readonly [number, number] {
  const angle = 3 * Math.PI * Math.sqrt(u);
  const radius = 0.25 * angle + 0.15 * (v - 0.5);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
