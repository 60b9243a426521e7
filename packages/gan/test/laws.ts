/** @file What is true of every game, whatever the networks, losses and penalties. Float64. */
import {
  feed,
  grad,
  key,
  ndarray,
  parameters,
  paths,
  split,
  traceScope,
  type Key,
  type NdArray,
  type Tensor,
} from "@gen/core";
import { exportModel } from "@gen/core/onnx";
import { sgd } from "@gen/core/optim";
import { runReference, scalarKey, spread, startReference, valuesOf, type PlainStore } from "@gen/core/testing";
import { describe, expect, it } from "vitest";
import {
  discriminatorLoss,
  exportedFiles,
  game,
  generatorLoss,
  playerStep,
  type Gan,
  type GanBatch,
  type Side,
} from "../src/index.js";

/** A model of rows, and how many rows it is tried on. */
export interface GanCase {
  readonly gan: Gan;
  /** @default 3 */
  readonly rows?: number;
  /** Whether slopes can be compared with differences: not across the kinks of relu that a large batch hits. @default true */
  readonly smooth?: boolean;
  /** Parameters that the loss does not depend on: a bias, where only differences of scores count. @default none */
  readonly idle?: readonly string[];
}

const SIDES = ["discriminator", "generator"] as const;
const losses = { discriminator: discriminatorLoss, generator: generatorLoss } as const;
const optimizers = { discriminator: sgd({ learningRate: 0.01 }), generator: sgd({ learningRate: 0.01 }) };

/** Rows in the user's units: [N, …shape] in (0, 1), and labels. */
export function rowsOf(gan: Gan, n: number): Record<string, NdArray> {
  const size = gan.shape.reduce((a, b) => a * b, n);
  const x = ndarray(
    Array.from({ length: size }, (_, i) => 0.5 + 0.45 * Math.sin(1 + 1.7 * i)),
    [n, ...gan.shape],
  );
  if (gan.classes === 0) return { x };
  return {
    x,
    label: ndarray(
      Array.from({ length: n }, (_, i) => i % gan.classes),
      [n],
      "i32",
    ),
  };
}

export function describeGan(name: string, make: () => GanCase): void {
  describe(name, () => {
    it.each(SIDES)("leaves the other side untouched when it is the %s's move", (side) => {
      const { gan, rows = 3 } = make();
      const step = playerStep(gan, { side, batch: rows, optimizers });
      const store = startOf(gan, rows);
      const before = new Map(store);
      runReference(step, { store, key: key(1), feeds: rowsOf(gan, rows) });
      const changed = [...store.keys()].filter((path) => store.get(path) !== before.get(path));
      expect(changed.length).toBeGreaterThan(0);
      expect(changed.filter((path) => !path.startsWith(`${side}.`))).toEqual([]);
    });

    it.each(SIDES)("lets a gradient reach every parameter of the %s, and it is the limit of differences", (side) => {
      const { gan, rows = 3, smooth = true, idle = [] } = make();
      expectSlopes(gan, { side, rows, smooth, idle });
    });

    it("has files of both players for any number of rows", () => {
      const { gan } = make();
      const { generator, discriminator } = exportedFiles(gan);
      for (const { trace, symbols } of [generator!, discriminator!]) {
        const { graph } = exportModel({ trace: (sizes) => trace(sizes).graph, symbols });
        expect(graph.outputs[0]!.shape[0]).toBe("n");
      }
    });

    it("plays both moves as one program does", () => {
      const { gan, rows = 3 } = make();
      const feeds = rowsOf(gan, rows);
      const [apart, together] = [startOf(gan, rows), startOf(gan, rows)];
      const step = game(gan, { batch: rows, optimizers });
      const outputs = runReference(step, { store: together, key: key(1), feeds });
      SIDES.forEach((side, i) => {
        const own = playerStep(gan, { side, batch: rows, optimizers });
        const alone = runReference(own, { store: apart, key: childOf(i), feeds });
        for (const [term, { data }] of Object.entries(alone))
          expect(outputs[`${side}.${term}`]!.data[0]).toBeCloseTo(Number(data[0]), 9);
      });
      for (const [path, { data }] of together) expect([path, ...data]).toEqual([path, ...apart.get(path)!.data]);
    });
  });
}

/** Child i of key(1), as `sequence` gives to its parts. */
const childOf = (i: number): Key => split(key(1), i);

/** The states of a game as they start, in float64. */
export function startOf(gan: Gan, rows: number): PlainStore {
  return startReference(game(gan, { batch: rows, optimizers }), 3);
}

interface Slopes {
  readonly side: Side;
  readonly rows: number;
  readonly smooth: boolean;
  readonly idle: readonly string[];
}

/** Where slopes are taken: numbers for all that a loss needs, a direction for each parameter of one side, and both slopes. */
export interface SlopeCase {
  readonly feeds: Readonly<Record<string, NdArray>>;
  /** Everything that lasts, by path, a little off the place where it starts: zeros would hide the way to what lies behind them. */
  readonly store: PlainStore;
  /** Of a player's own parameters, by path. */
  readonly gradients: ReadonlyMap<string, NdArray>;
  readonly directions: ReadonlyMap<string, NdArray>;
  /** Σ gradient · direction. */
  readonly slope: number;
  /** The same by differences of fourth order. */
  readonly difference: () => number;
}

/** The key that the randomness of slopes comes from. */
export const SLOPE_KEY = key(11);

/** Gradient and differences of a player's loss, in float64. */
export function slopesOf(gan: Gan, { side, rows }: { readonly side: Side; readonly rows: number }): SlopeCase {
  const batch = rowsOf(gan, rows);
  const feeds = Object.fromEntries(Object.entries(batch).map(([name, { shape, dtype }]) => [name, feed(shape, dtype)]));
  const scope = traceScope("train");
  const { loss } = losses[side](gan, feeds as unknown as GanBatch, scope);
  const own = parameters(gan[side]);
  const start = startOf(gan, rows);
  const store: PlainStore = new Map(start);
  const given = new Map<Tensor, NdArray>(Object.entries(feeds).map(([name, tensor]) => [tensor, batch[name]!]));
  [...paths(gan)].forEach(([path, tensor], i) => {
    const value = moved(start.get(path)!, spread(tensor.shape, [-0.1, 0.1], i), 1);
    store.set(path, value);
    given.set(tensor, value);
  });
  if (scope.key !== undefined) given.set(scope.key, scalarKey(SLOPE_KEY));
  const values = valuesOf(grad(loss, [...own.values()]), given);
  const directions = [...own.values()].map(({ shape }, i) => spread(shape, [-1, 1], i + 3));
  const names = [...own.keys()];
  const at = (step: number): number => {
    const there = new Map(given);
    [...own.values()].forEach((p, i) => there.set(p, moved(given.get(p)!, directions[i]!, step)));
    return Number(valuesOf([loss], there)[0]!.data[0]);
  };
  const h = 1e-6;
  return {
    feeds: batch,
    store,
    gradients: new Map(names.map((name, i) => [name, values[i]!])),
    directions: new Map(names.map((name, i) => [name, directions[i]!])),
    slope: values.reduce((sum, gradient, i) => sum + product(gradient, directions[i]!), 0),
    difference: () => (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h),
  };
}

/** Σ aₖ bₖ */
export function product(a: NdArray, b: NdArray): number {
  return Array.from(a.data, Number).reduce((sum, v, k) => sum + v * Number(b.data[k]), 0);
}

/** The gradient of a player's loss reaches all of its parameters, and along a direction it is a difference. */
function expectSlopes(gan: Gan, { side, rows, smooth, idle }: Slopes): void {
  const { gradients, slope, difference } = slopesOf(gan, { side, rows });
  for (const [path, { data }] of gradients) {
    const numbers = Array.from(data, Number);
    expect([path, numbers.every(Number.isFinite), numbers.some((g) => Math.abs(g) > 1e-12)]).toEqual([
      path,
      true,
      !idle.includes(path),
    ]);
  }
  if (!smooth) return;
  const wanted = difference();
  expect(Math.abs(slope - wanted)).toBeLessThan(1e-5 * (1 + Math.abs(wanted)));
}

/** x + step · direction, in float64. */
function moved({ data, shape }: NdArray, direction: NdArray, step: number): NdArray {
  return ndarray(
    Float64Array.from(data as Float64Array, (v, i) => v + step * Number(direction.data[i])),
    shape,
    "f64",
  );
}
