/** @file What the rows of diffusion models in the plane share: MMD and modes of their samples, beside those of other true draws. */
import { key, ndarray, split, type Dataset, type Key, type NdArray } from "@gen/core";
import { Standardise } from "@gen/core/codec";
import { checkerboard, gridOfGaussians, rings, twoMoons } from "@gen/data";
import { Diffusion, edm, edmTarget, edmWeighting, generate, MlpNetwork } from "@gen/diffusion";
import { gaussianKernel, mmd, type Kernel } from "@gen/eval";
import { trainDiffusion } from "./diffusion-row.js";
import { openWeights } from "./place.js";
import type { Measured, Result, Row } from "./row.js";

/** A density in the plane, cut into modes. */
interface Shape {
  readonly make: (options: { n: number; key: Key }) => Dataset;
  /** Deviation of its points, by which they are divided. */
  readonly std: number;
  /** Share of each mode. */
  readonly modes: readonly number[];
  /** The mode that a point belongs to; none for one that lies off the shape. */
  readonly modeOf: (x: number, y: number) => number | undefined;
}

const alike = (n: number): number[] => Array.from({ length: n }, () => 1 / n);
/** Arcs that a circle, or a half of one, is cut into. */
const ARCS = 8;
/** Points of a shape with noise lie on it if they are so near. */
const reach = (noise: number): number => 4 * noise;

export const shapes = {
  "two-moons": {
    make: twoMoons,
    std: 0.85,
    modes: alike(2 * ARCS),
    modeOf(x, y) {
      const [near, other] = [1, -1].map((sign) => {
        const [a, b] = [sign * x + 0.5, sign * y + 0.25];
        const angle = b >= 0 ? Math.atan2(b, a) : a > 0 ? 0 : Math.PI;
        return { angle, sign, apart: Math.hypot(a - Math.cos(angle), b - Math.sin(angle)) };
      }) as [Arc, Arc];
      const { angle, sign, apart } = near.apart < other.apart ? near : other;
      const arc = Math.min(ARCS - 1, Math.floor((ARCS * angle) / Math.PI));
      return apart <= reach(0.1) ? arc + (sign > 0 ? 0 : ARCS) : undefined;
    },
  },
  rings: {
    make: rings,
    std: 1.2,
    modes: Array.from({ length: 2 * ARCS }, (_, m) => (m < ARCS ? 1 : 2) / (3 * ARCS)),
    modeOf(x, y) {
      const radius = Math.hypot(x, y);
      const ring = radius < 1.5 ? 0 : 1;
      const turn = (Math.atan2(y, x) / (2 * Math.PI) + 1) % 1;
      return Math.abs(radius - ring - 1) <= reach(0.08) ? ring * ARCS + Math.floor(ARCS * turn) : undefined;
    },
  },
  checkerboard: {
    make: checkerboard,
    std: 1.15,
    modes: alike(8),
    modeOf(x, y) {
      const [column, line] = [Math.floor(x + 2), Math.floor(y + 2)];
      const isInside = column >= 0 && column < 4 && line >= 0 && line < 4 && (column + line) % 2 === 0;
      return isInside ? 2 * column + Math.floor(line / 2) : undefined;
    },
  },
  gaussians: {
    make: gridOfGaussians,
    std: 2.83,
    modes: alike(25),
    modeOf(x, y) {
      const [column, line] = [Math.round(x / 2), Math.round(y / 2)];
      const isInside = Math.abs(column) <= 2 && Math.abs(line) <= 2;
      const isNear = Math.hypot(x - 2 * column, y - 2 * line) <= reach(0.05);
      return isInside && isNear ? 5 * (column + 2) + line + 2 : undefined;
    },
  },
} as const satisfies Record<string, Shape>;

interface Arc {
  readonly angle: number;
  readonly sign: number;
  readonly apart: number;
}

export interface ToyRowOptions {
  readonly id: string;
  readonly shape: keyof typeof shapes;
}

/** Points to learn from, and points that are drawn to be measured. */
const [ROWS, DRAWN] = [200_000, 10_000];
const [BATCH, STEPS, RATE] = [256, 15_000, 2e-3];

export function toyRow({ id, shape: name }: ToyRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  const shape: Shape = shapes[name];
  const model = modelOf(shape);
  const measure = (n: number): Promise<Pick<Result, "measured" | "beside">> => measured(model, { id, shape, n });
  return {
    split: `${ROWS.toLocaleString("en")} points to learn; ${DRAWN.toLocaleString("en")} drawn points beside as many true ones, and those beside others`,
    async train(given) {
      const data = (): Promise<Dataset> => Promise.resolve(shape.make({ n: ROWS, key: key(1) }));
      const loss = { weighting: edmWeighting({ data: 1 }) };
      const training = { id, model, data, loss, batchSize: BATCH, steps: STEPS, learningRate: RATE, every: 5000 };
      const trained = await trainDiffusion({ ...training, precision: "f32" }, given);
      return { ...(await measure(DRAWN)), ...trained, notes: NOTES };
    },
    check: async (n) => (await measure(Math.max(n, DRAWN))).measured,
  };
}

const NOTES = `EDM (Karras et al. 2022) with 3 residual layers of width 128; Adam ${RATE} with warm-up and cosine decay, batch ${BATCH}, ${STEPS.toLocaleString("en")} steps, the average of the weights (0.999); Heun, 40 steps; MMD² without bias in blocks of 1,000, its kernel the mean of Gaussians of bandwidth 0.1, 0.3 and 1; modes: arcs, squares, centres`;

function modelOf({ std }: Shape): Diffusion {
  return new Diffusion({
    network: new MlpNetwork({ dim: 2, width: 128, depth: 3 }),
    process: edm({ data: 1, mean: -1.5, std: 1.4 }),
    target: edmTarget({ data: 1 }),
    codec: new Standardise({ shape: [2], mean: ndarray([0, 0], [2]), std: ndarray([std, std], [2]) }),
  });
}

const kernels = [0.1, 0.3, 1].map((bandwidth) => gaussianKernel(bandwidth));
const kernel: Kernel = (...at) => kernels.reduce((sum, k) => sum + k(...at), 0) / kernels.length;

async function measured(
  model: Diffusion,
  { id, shape, n }: { readonly id: string; readonly shape: Shape; readonly n: number },
): Promise<{ measured: Measured; beside: Record<string, number> }> {
  const { runtime, store } = await openWeights(id, { threads: 1 });
  const drawn = await generate(model, { n, sampler: "heun", steps: 40, runtime, store, key: split(key(2), n) });
  await runtime.close();
  const [truth, other] = [await pointsOf(shape, 3, n), await pointsOf(shape, 4, n)];
  const options = { kernel, blockSize: 1000 };
  const ours = await mmd(drawn, truth, options);
  const floor = await mmd(other, truth, options);
  return {
    measured: { value: 1e5 * ours.value, standardError: 1e5 * ours.standardError, n },
    beside: {
      "other true points": 1e5 * floor.value,
      "their standard error": 1e5 * floor.standardError,
      ...named(modesOf(drawn, shape), ""),
      ...named(modesOf(other, shape), ", of true points"),
    },
  };
}

function named({ good, covered, kl }: ReturnType<typeof modesOf>, whose: string): Record<string, number> {
  return { [`% on the shape${whose}`]: 100 * good, [`modes${whose}`]: covered, [`KL over modes, nats${whose}`]: kl };
}

async function pointsOf({ make }: Shape, seed: number, n: number): Promise<NdArray> {
  const { x } = await make({ n, key: key(seed) }).rows(Array.from({ length: n }, (_, i) => i));
  return x!;
}

/** Share of the points that lie on the shape, modes with a tenth of their share at least, and KL(points ‖ shape) over modes. */
export function modesOf({ data, shape: [n] }: NdArray, { modes, modeOf }: Shape) {
  const counts = modes.map(() => 0);
  for (let i = 0; i < n!; i++) {
    const mode = modeOf(Number(data[2 * i]), Number(data[2 * i + 1]));
    if (mode !== undefined) counts[mode]!++;
  }
  const total = counts.reduce((a, b) => a + b, 0);
  const shares = counts.map((count) => count / total);
  return {
    good: total / n!,
    covered: shares.filter((share, m) => share >= modes[m]! / 10).length,
    kl: shares.reduce((sum, share, m) => (share === 0 ? sum : sum + share * Math.log(share / modes[m]!)), 0),
  };
}
