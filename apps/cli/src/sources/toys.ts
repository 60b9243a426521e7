/** @file Densities in the plane that every family of rows can be watched on. */
import { key, type Dataset } from "@gen/core";
import {
  checkerboard,
  gridCentres,
  gridOfGaussians,
  ringCentres,
  ringOfGaussians,
  rings,
  twoMoons,
  type ToyOptions,
} from "@gen/data";
import { defineDataSource, type DataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";

interface Toy {
  readonly make: (options: ToyOptions) => Dataset;
  readonly summary: string;
  readonly noise: number;
  /** Where its points gather, if each does so around one of some centres. */
  readonly centres?: readonly (readonly number[])[];
}

const toys: Readonly<Record<string, Toy>> = {
  "two-moons": { make: twoMoons, summary: "points in the plane, around two half circles", noise: 0.1 },
  ring: {
    make: ringOfGaussians,
    summary: "points in the plane, around eight centres on a circle",
    noise: 0.05,
    centres: ringCentres(),
  },
  rings: { make: rings, summary: "points in the plane, around two circles", noise: 0.08 },
  grid: {
    make: gridOfGaussians,
    summary: "points in the plane, around 25 centres on a grid",
    noise: 0.05,
    centres: gridCentres(),
  },
  checkerboard: { make: checkerboard, summary: "points in the plane, on every other square of a board", noise: 0 },
};

/** Where the points of each split come from: the same at each run. */
const KEYS = { train: key(1), validation: key(2), test: key(3) };

export const toySources: readonly DataSource[] = Object.entries(toys).map(
  ([name, { make, summary, noise: usual, centres }]) =>
    defineDataSource({
      name,
      summary,
      options: defineOptions({
        points: { kind: "integer", default: 10_000, min: 100, description: "Points to learn from" },
        noise: { kind: "number", default: usual, min: 0, description: "Deviation of the points from the shape" },
      }),
      open({ points, noise }) {
        const held = Math.max(100, Math.round(points / 5));
        return Promise.resolve({
          train: make({ n: points, noise, key: KEYS.train }),
          validation: make({ n: held, noise, key: KEYS.validation }),
          test: make({ n: held, noise, key: KEYS.test }),
          about: `${name}, ${showCount(points)} points in the plane`,
          ...(centres !== undefined && noise > 0 && { modes: { centres, std: noise } }),
          columns: ["x", "y"].map((axis) => ({ name: axis, kind: "real" as const, rounding: 0 })),
        });
      },
    }),
);
