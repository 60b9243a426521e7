/**
 * @file What the rows of flows on tables share: each flow against the normal distribution with full covariance, in nats of
 * held-out rows, over three seeds.
 */
import { batches, evaluate, fit, inference, key, split, trainStep, type Dataset, type Runtime } from "@gen/core";
import { fitTable, type Codec } from "@gen/core/codec";
import { node } from "@gen/core/node";
import { adam, chain, clipByGlobalNorm, cosine, ema } from "@gen/core/optim";
import { openTable, type TableName } from "@gen/data/node";
import {
  ActNorm,
  affine,
  Autoregressive,
  Continuous,
  Coupling,
  denseConditioner,
  ElementwiseAffine,
  Flow,
  additive,
  initialise,
  Inverted,
  LinearBijection,
  logProb,
  Lu,
  Planar,
  Radial,
  rationalQuadratic,
  Residual,
  type Bijection,
} from "@gen/flow";
import { fitGaussian } from "./gaussian.js";
import type { Measured, Row, TrainOptions } from "./row.js";
import { readWeights, writeWeights, type Weights } from "./weights.js";

export interface TableRowOptions {
  readonly id: string;
  readonly table: TableName;
  readonly batchSize: number;
  /** Most steps; a training ends earlier after `patience` validations without a new best. */
  readonly steps: number;
  readonly every: number;
}

const SEEDS = [0, 1, 2];
const [patience, rate, hidden] = [10, 5e-3, [64, 64]];
const CHUNK = 256;

type Layer = (i: number) => readonly Bijection[];

/** The flows, by name: what follows the learned affine map that each begins with. */
function flowsOf(dim: number): Readonly<Record<string, readonly Bijection[]>> {
  const shape = [dim];
  const conditioner = denseConditioner({ hidden, activation: "tanh" });
  const mixed = (seed: number): Bijection => new LinearBijection({ shape, of: new Lu({ dim, seed }) });
  const times = (depth: number, layer: Layer): Bijection[] => Array.from({ length: depth }, (_, i) => layer(i)).flat();
  const coupling = (map = affine()): Layer => {
    return (i) => [new Coupling({ shape, keep: i % 2 === 0 ? "first" : "last", map, conditioner })];
  };
  const splines = rationalQuadratic({ interval: [-4, 4] });
  const order = (i: number): { order?: "reversed" } => (i % 2 === 0 ? {} : { order: "reversed" });
  return {
    planar: times(8, () => [new Inverted(new Planar({ dim }))]),
    radial: times(8, () => [new Radial({ dim })]),
    NICE: [...times(6, coupling(additive())), new ElementwiseAffine({ shape })],
    RealNVP: times(6, coupling()),
    MAF: times(5, (i) => [new Autoregressive({ dim, hidden, ...order(i) })]),
    IAF: times(3, (i) => [new Inverted(new Autoregressive({ dim, hidden, ...order(i) }))]),
    "NSF (coupling)": times(4, (i) => [...coupling(splines)(i), mixed(i)]),
    "NSF (autoregressive)": times(2, (i) => [new Autoregressive({ dim, hidden, map: splines, ...order(i) })]),
    residual: times(4, () => [new Residual({ dim, hidden, logDet: "exact" })]),
    CNF: [new Continuous({ dim, hidden, steps: 6, trace: "exact" })],
  };
}

function modelOf(name: string, codec: Codec): Flow {
  const [dim] = codec.output as [number];
  const start = [new ActNorm({ shape: [dim] }), new LinearBijection({ shape: [dim], of: new Lu({ dim }) })];
  return new Flow({ transforms: [...start, ...flowsOf(dim)[name]!], codec });
}

export function tableRow(options: TableRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split:
      "8 of 10 rows to learn, one tenth to choose the weights, one tenth to measure; the same for every flow and seed",
    train: async (given) => trainAll(options, given),
    check: async () => check(options),
  };
}

async function trainAll(options: TableRowOptions, { threads, log, signal }: TrainOptions): ReturnType<Row["train"]> {
  const { id, table, batchSize, steps } = options;
  const [runtime, start] = [await node({ threads }), performance.now()];
  const data = await openTable(table);
  const codec = await fitTable(data.train, { columns: data.train.columns });
  const gaussian = await gaussianNats(runtime, { codec, ...data });
  log(`normal distribution with full covariance: ${gaussian.toFixed(3)} nats`);
  const found: { name: string; nats: number[]; weights: Weights[] }[] = [];
  let taken = 0;
  for (const name of Object.keys(flowsOf(codec.output[0]!))) {
    const each = { name, nats: [] as number[], weights: [] as Weights[] };
    for (const seed of SEEDS) {
      const { nats, weights, n } = await trainOne(runtime, { ...options, name, seed, codec, data, signal });
      each.nats.push(nats);
      each.weights.push(weights);
      taken += n;
    }
    found.push(each);
    log(`${name}: ${each.nats.map((v) => v.toFixed(3)).join(", ")} nats`);
  }
  const margins = found.map((each) => ({ ...each, ...meanOf(each.nats.map((v) => gaussian - v)) }));
  const least = margins.reduce((a, b) => (b.value < a.value ? b : a));
  const kept = least.weights.flatMap((w, seed) =>
    Object.entries(w).map(([path, v]) => [`${least.name}.${seed}.${path}`, v] as const),
  );
  await writeWeights(id, Object.fromEntries(kept));
  const seconds = (performance.now() - start) / 1000;
  await runtime.close();
  const means = margins.map(({ name, nats }) => [name, nats.reduce((a, b) => a + b, 0) / nats.length] as const);
  const beside = Object.fromEntries([["Gaussian", gaussian] as const, ...means].sort((a, b) => b[1] - a[1]));
  const errors = margins.map(({ name, value, standardError }) => `${name} ${(value / standardError).toFixed(0)}`);
  const test = data.test.length;
  return {
    measured: { value: least.value, standardError: least.standardError, n: test },
    beside,
    seed: SEEDS[0]!,
    seconds,
    steps: taken,
    notes: `value: how many nats the weakest flow (${least.name}) is below the normal distribution with full covariance, the mean and standard error of three seeds, whose weights are kept; in standard errors: ${errors.join(", ")}; beside: −log p of the ${test} test rows; each flow begins with a learned affine map (ActNorm, LU); networks of two layers of 64; Adam ${rate} with cosine decay over ${steps} steps of ${batchSize}, gradient norm ≤ 50, the average of the weights (0.99) with the best validation, at most ${patience} validations without a new best; columns dequantised by their rounding units, standardised on the training rows: ${codec.describe().x}`,
  };
}

interface OneTraining extends TableRowOptions {
  readonly name: string;
  readonly seed: number;
  readonly codec: Codec;
  readonly data: Readonly<Record<"train" | "valid" | "test", Dataset>>;
  readonly signal: AbortSignal;
}

async function trainOne(
  runtime: Runtime,
  { name, seed, codec, data, batchSize, steps, every, signal }: OneTraining,
): Promise<{ nats: number; weights: Weights; n: number }> {
  const [model, root] = [modelOf(name, codec), key(seed)];
  const store = await runtime.init(model, { key: split(root, 0) });
  const first = await data.train.rows(Array.from({ length: CHUNK }, (_, i) => i));
  await runtime.run(initialise(model, { n: CHUNK }), { store, feeds: { x: first["x"]! }, key: split(root, 4) });
  const program = logProb(model, { n: CHUNK });
  const step = trainStep({
    model,
    batch: { x: [batchSize, ...model.shape] },
    loss: (batch, scope) => model.loss(batch, scope),
    optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(rate, { steps }) })),
    average: ema({ decay: 0.99 }),
  });
  const validate = {
    program,
    data: data.valid,
    key: split(root, 2),
    from: "ema",
    keepBest: true,
    metric: "nats",
    every,
  };
  const order = batches(data.train, { size: batchSize, key: split(root, 1) });
  const run = { runtime, store, data: order, steps, every, signal, key: split(root, 3) };
  let taken = 0;
  for await (const { n } of fit(step, { ...run, validate: { ...validate, patience } })) taken = n;
  const { nats } = await evaluate(program, data.test, { runtime, store, key: key(0), from: "best" });
  const best = Object.entries(await store.readAll((path) => path.startsWith("best.")));
  const weights = Object.fromEntries(best.map(([path, array]) => [path.slice("best.".length), array]));
  return { nats: nats!.mean, weights, n: taken };
}

interface Encodable {
  readonly codec: Codec;
  readonly train: Dataset;
  readonly test: Dataset;
}

/** −log p of the test rows under the normal distribution that the training rows have, in nats. */
async function gaussianNats(runtime: Runtime, { codec, train, test }: Encodable): Promise<number> {
  const coded = async (rows: Dataset): Promise<{ data: ArrayLike<number>; dim: number; logDet: number }> => {
    const n = rows.length;
    const program = inference(codec, { x: [n, ...codec.input] }, ({ x }, scope) => ({ ...codec.encode(x, scope) }));
    const { x } = await rows.rows(Array.from({ length: n }, (_, i) => i));
    const store = await runtime.init(codec, { key: key(0) });
    const { y, logDet } = await runtime.run(program, { store, feeds: { x: x! }, key: key(1) });
    const sum = Array.from(logDet!.data, Number).reduce((a, b) => a + b, 0);
    return { data: Array.from(y!.data, Number), dim: codec.output[0]!, logDet: sum / n };
  };
  const [seen, held] = [await coded(train), await coded(test)];
  const logs = fitGaussian(seen)(held);
  return -(logs.reduce((a, b) => a + b, 0) / logs.length + held.logDet);
}

function meanOf(values: readonly number[]): { readonly value: number; readonly standardError: number } {
  const n = values.length;
  const value = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - value) ** 2, 0) / (n - 1);
  return { value, standardError: Math.sqrt(variance / n) };
}

/** The margin of the weakest flow once more, by the three sets of weights that are kept. */
async function check({ id, table }: TableRowOptions): Promise<Measured> {
  const runtime = await node();
  const data = await openTable(table);
  const codec = await fitTable(data.train, { columns: data.train.columns });
  const gaussian = await gaussianNats(runtime, { codec, ...data });
  const weights = Object.entries(await readWeights(id));
  const [name] = weights[0]![0].split(".");
  const margins: number[] = [];
  for (const seed of SEEDS) {
    const store = runtime.emptyStore();
    const prefix = `${name}.${seed}.`;
    for (const [path, array] of weights)
      if (path.startsWith(prefix)) await store.write(path.slice(prefix.length), array);
    const { nats } = await evaluate(logProb(modelOf(name!, codec), { n: CHUNK }), data.test, {
      runtime,
      store,
      key: key(5),
    });
    margins.push(gaussian - nats!.mean);
  }
  await runtime.close();
  return { ...meanOf(margins), n: data.test.length };
}
