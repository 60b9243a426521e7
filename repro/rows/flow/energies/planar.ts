/**
 * @file Planar flows of K = 2, 8 and 32 transforms fitted to the four energies of Rezende & Mohamed 2015, arXiv:1505.05770,
 * figure 3: the picture, and KL(q ‖ p) by draws and a grid for the normaliser.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import {
  fit,
  inference,
  key,
  ndarray,
  split,
  trainStep,
  zeros,
  type NdArray,
  type Runtime,
  type Store,
} from "@gen/core";
import { node } from "@gen/core/node";
import { adam, chain, clipByGlobalNorm, cosine, linear, rateAt } from "@gen/core/optim";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { energies, planarFlow, reverseKl, type Pushforward } from "@gen/flow";
import { resultFile } from "../../../src/results.js";
import type { Measured, Row } from "../../../src/row.js";
import { readWeights, writeWeights } from "../../../src/weights.js";

const ID = "flow/energies/planar";
const [seed, batchSize, steps] = [0, 256, 20_000];
const DEPTHS = [2, 8, 32];
const NAMES = ["u1", "u2", "u3", "u4"] as const;
/** Pixels along a side, and half of the window in the plane. */
const [SIDE, REACH] = [100, 4];

type Name = (typeof NAMES)[number];
const modelOf = (depth: number): Pushforward => planarFlow({ dim: 2, depth });

export const row: Omit<Row, "id" | "paper" | "target" | "unit" | "better"> = {
  split: "no data: energies in the plane",
  async train({ threads, log, signal }) {
    const runtime = await node({ threads });
    const start = performance.now();
    const weights: Record<string, NdArray> = {};
    for (const name of NAMES) {
      for (const depth of DEPTHS) {
        const store = await fitted(runtime, { name, depth, signal });
        for (const [path, array] of Object.entries(await store.readAll((path) => !path.startsWith("optimizer."))))
          if (path !== "steps") weights[`${name}.${depth}.${path}`] = array;
        log(
          `${name}, K = ${depth}: KL(q ‖ p) = ${(await divergence(runtime, { name, depth, store, n: 20_000 })).value.toFixed(3)} nats`,
        );
      }
    }
    const seconds = (performance.now() - start) / 1000;
    await writeWeights(ID, weights);
    await draw(runtime, weights);
    await runtime.close();
    const notes = `${steps} steps of ${batchSize} draws for each energy and K, log p̃ annealed from 0.01 to 1 over the first half; Adam 5e-3 with cosine decay, gradient norm ≤ 5; a wall beyond |z₁| = 4`;
    return { measured: await measure(40_000), seed, seconds, steps, notes };
  },
  check: (n) => measure(n),
};

async function fitted(
  runtime: Runtime,
  { name, depth, signal }: { readonly name: Name; readonly depth: number; readonly signal: AbortSignal },
): Promise<Store> {
  const flow = modelOf(depth);
  const root = split(key(seed), depth);
  const store = await runtime.init(flow, { key: split(root, 0) });
  const ramp = linear(0.01, { steps: steps / 2, end: 1 });
  const batch = { step: { shape: [1], dtype: "i32" } } as const;
  const step = trainStep({
    model: flow,
    batch,
    loss: ({ step }, scope) =>
      reverseKl(flow, (z) => energies[name](z).neg(), {
        n: batchSize,
        scope,
        beta: rateAt(ramp, step.reshape([]), "f32"),
      }),
    optimizer: chain(clipByGlobalNorm(5), adam({ learningRate: cosine(5e-3, { steps }) })),
  });
  const counter = {
    size: 1,
    fields: { step: { dtype: "i32", shape: [] } },
    at: (n: number) => ({ step: ndarray([n], [1], "i32") }),
  } as const;
  const training = fit(step, { runtime, store, data: counter, steps, key: split(root, 1), signal });
  while ((await training.next()).done !== true);
  return store;
}

interface Fitted {
  readonly name: Name;
  readonly depth: number;
  readonly store: Store;
  readonly n: number;
}

/** KL(q ‖ p) = E_q[log q + U] + log Z, with log Z from a grid of 400² points. */
async function divergence(runtime: Runtime, { name, depth, store, n }: Fitted): Promise<Measured> {
  const flow = modelOf(depth);
  const program = inference(flow, {}, (_batch, scope) => {
    const { z, logProb } = flow.draw(n, { scope });
    return { excess: logProb.add(energies[name](z)) };
  });
  const { excess } = await runtime.run(program, { store, key: key(seed + 1) });
  const values = Array.from(excess!.data, Number);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
  const U = await onGrid(runtime, name, 400);
  const logZ = Math.log(U.reduce((sum, v) => sum + Math.exp(-v), 0) * ((2 * (REACH + 2)) / 400) ** 2);
  return { value: mean + logZ, standardError: Math.sqrt(variance / n), n };
}

/** U at the middle of side² cells of the window widened by 2. */
async function onGrid(runtime: Runtime, name: Name, side: number, reach = REACH + 2): Promise<number[]> {
  const at = (i: number): number => -reach + ((i + 0.5) * 2 * reach) / side;
  const points = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const cell = Math.floor(i / 2);
    return i % 2 === 0 ? at(cell % side) : -at(Math.floor(cell / side));
  });
  const program = inference({}, { z: [side * side, 2] }, ({ z }) => ({ U: energies[name](z) }));
  const { U } = await runtime.run(program, {
    store: runtime.emptyStore(),
    feeds: { z: ndarray(points, [side * side, 2]) },
  });
  return Array.from(U!.data, Number);
}

/** A row of pictures for each energy: the target, then what K = 2, 8 and 32 transforms make of a normal distribution. */
async function draw(runtime: Runtime, weights: Readonly<Record<string, NdArray>>): Promise<void> {
  const pictures = zeros([NAMES.length * (DEPTHS.length + 1), 1, SIDE, SIDE]);
  const put = (index: number, density: ArrayLike<number>): void => {
    const top = Array.from(density).reduce((a, b) => Math.max(a, b), 1e-9);
    for (let i = 0; i < SIDE * SIDE; i++) (pictures.data as Float32Array)[index * SIDE * SIDE + i] = density[i]! / top;
  };
  for (const [r, name] of NAMES.entries()) {
    const U = await onGrid(runtime, name, SIDE, REACH);
    put(
      r * (DEPTHS.length + 1),
      U.map((v) => Math.exp(-v)),
    );
    for (const [c, depth] of DEPTHS.entries()) {
      const n = 400_000;
      const flow = modelOf(depth);
      const program = inference(flow, {}, (_batch, scope) => ({ z: flow.draw(n, { scope }).z }));
      const { z } = await runtime.run(program, {
        store: await storeOf(runtime, weights, `${name}.${depth}.`),
        key: key(2),
      });
      const counts = new Float64Array(SIDE * SIDE);
      for (let i = 0; i < n; i++) {
        const [a, b] = [Number(z!.data[2 * i]), Number(z!.data[2 * i + 1])];
        const [column, line] = [a, -b].map((v) => Math.floor(((v + REACH) * SIDE) / (2 * REACH))) as [number, number];
        if (column >= 0 && column < SIDE && line >= 0 && line < SIDE) counts[line * SIDE + column]!++;
      }
      put(r * (DEPTHS.length + 1) + c + 1, counts);
    }
  }
  const file = resultFile(ID).replace(".json", ".png");
  await mkdir(dirname(file), { recursive: true });
  await writePng(file, grid(pictures, { columns: DEPTHS.length + 1, scale: 2 }));
}

async function storeOf(runtime: Runtime, weights: Readonly<Record<string, NdArray>>, prefix: string): Promise<Store> {
  const store = runtime.emptyStore();
  for (const [name, array] of Object.entries(weights))
    if (name.startsWith(prefix)) await store.write(name.slice(prefix.length), array);
  return store;
}

/** The mean over the four energies at K = 32, by n draws of each, with the committed weights. */
async function measure(n: number): Promise<Measured> {
  const [runtime, weights] = [await node(), await readWeights(ID)];
  const depth = DEPTHS.at(-1)!;
  const parts: Measured[] = [];
  for (const name of NAMES)
    parts.push(
      await divergence(runtime, { name, depth, store: await storeOf(runtime, weights, `${name}.${depth}.`), n }),
    );
  await runtime.close();
  return {
    value: parts.reduce((sum, { value }) => sum + value, 0) / parts.length,
    standardError: Math.hypot(...parts.map(({ standardError }) => standardError)) / parts.length,
    n,
  };
}
