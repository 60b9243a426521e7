/**
 * @file Flows. RealNVP: 6 affine couplings of alternating halves, tanh networks of 64 and 64. NSF: 4 times an LU map and a
 * rational-quadratic coupling of 8 bins in [−5, 5], ReLU networks of 64 and 64. Trained on the mean of −log p(x). MAF: 5
 * affine autoregressive layers of alternating order, ReLU networks of 64 and 64; what is timed is sampling.
 */
import {
  affine,
  Autoregressive,
  Coupling,
  denseConditioner,
  Flow,
  LinearBijection,
  Lu,
  rationalQuadratic,
} from "@gen/flow";
import { startsOf } from "../params.js";
import { normal, type Random } from "../random.js";
import type { DuelWork, Param, Rows } from "../work.js";

export interface FlowSizes {
  readonly dim: number;
  readonly depth: number;
  readonly hidden: readonly number[];
  readonly batch: number;
  readonly rows: number;
}

const shared = { hidden: [64, 64], batch: 256, rows: 4096 } as const;
export const realNvpSizes = (dim: number): FlowSizes => ({ ...shared, dim, depth: 6 });
export const nsfSizes = (dim: number): FlowSizes => ({ ...shared, dim, depth: 4 });
export const mafSizes: FlowSizes = { ...shared, dim: 64, depth: 5 };

const turn = (i: number): "first" | "last" => (i % 2 === 0 ? "first" : "last");

export function realNvp({ dim, depth, hidden }: FlowSizes): Flow {
  const conditioner = denseConditioner({ hidden, activation: "tanh" });
  const coupling = (i: number): Coupling => new Coupling({ shape: [dim], keep: turn(i), map: affine(), conditioner });
  return new Flow({ transforms: Array.from({ length: depth }, (_, i) => coupling(i)) });
}

export function nsf({ dim, depth, hidden }: FlowSizes): Flow {
  const conditioner = denseConditioner({ hidden, activation: "relu" });
  const map = rationalQuadratic({ bins: 8, interval: [-5, 5] });
  const layers = (i: number): (LinearBijection | Coupling)[] => [
    new LinearBijection({ shape: [dim], of: new Lu({ dim }) }),
    new Coupling({ shape: [dim], keep: turn(i), map, conditioner }),
  ];
  return new Flow({ transforms: Array.from({ length: depth }, (_, i) => layers(i)).flat() });
}

export function maf({ dim, depth, hidden }: FlowSizes): Flow {
  const layer = (i: number): Autoregressive =>
    new Autoregressive({ dim, hidden, map: affine(), ...(i % 2 === 1 && { order: "reversed" }) });
  return new Flow({ transforms: Array.from({ length: depth }, (_, i) => layer(i)) });
}

/** Couplings and LU maps start as the identity. */
const identity = /layers\.2\.weight$|\.(lower|upper)$/;

const training = (id: string, title: string, make: (sizes: FlowSizes) => Flow, sizes: FlowSizes): DuelWork => ({
  kind: "duel",
  id,
  title,
  sizes,
  params: () => startsOf(make(sizes), { zero: identity }),
  rows: (random) => curves(sizes, random),
  steps: 100,
  opponents: [{ peer: "nflows", target: 2, steps: 50 }],
});

export const flows: readonly DuelWork[] = [
  training("flow-realnvp-2", "RealNVP in 2 dimensions, batch 256, Adam", realNvp, realNvpSizes(2)),
  training("flow-realnvp-64", "RealNVP in 64 dimensions, batch 256, Adam", realNvp, realNvpSizes(64)),
  training("flow-nsf-2", "neural spline flow in 2 dimensions, batch 256, Adam", nsf, nsfSizes(2)),
  training("flow-nsf-64", "neural spline flow in 64 dimensions, batch 256, Adam", nsf, nsfSizes(64)),
  {
    kind: "duel",
    id: "flow-maf-sample",
    title: "sampling a MAF in 64 dimensions, 256 at once",
    unit: "samples",
    perStep: mafSizes.batch,
    sizes: mafSizes,
    params: () => startsOf(maf(mafSizes)).map(small),
    rows: (random) => curves(mafSizes, random),
    steps: 6,
    opponents: [{ peer: "zuko", target: 3, steps: 3 }],
    // Hidden units see other inputs in each library, so the mean squares of samples are alike, not the same.
    compared: { first: 3, within: 0.1 },
  },
];

/** Weights so small that samples stay near the base's. */
function small({ start, ...param }: Param): Param {
  return { ...param, start: "limit" in start ? { limit: start.limit / 4 } : start };
}

/** Points near a closed curve, with noise. */
function curves({ dim, rows }: FlowSizes, random: Random): Rows {
  const data = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const t = 2 * Math.PI * random();
    for (let d = 0; d < dim; d++) data[row * dim + d] = Math.cos(t * (1 + (d % 3)) + d) + 0.3 * normal(random);
  }
  return { shape: [rows, dim], data };
}
