/**
 * @file What the rows of one table share: a model of fixed binarised MNIST whose posteriors differ. All begin with the same
 * weights, learn for the same steps and are measured on the same test rows. Rezende & Mohamed 2015, arXiv:1505.05770, table 2.
 */
import { existsSync } from "node:fs";
import {
  evaluate,
  GenError,
  inference,
  key,
  trainStep,
  type Program,
  type Scope,
  type Store,
  type Tensor,
} from "@gen/core";
import { adam, cosine, ema, groups, linear, sequential } from "@gen/core/optim";
import { PlanarStack } from "@gen/flow";
import { binarizedMnist } from "@gen/data/node";
import {
  boundOf,
  dense,
  elbo,
  HierarchicalVae,
  importance,
  iwae,
  lossOf,
  vampPrior,
  type HierarchicalVaeOptions,
  type Objective,
  type VaeBatch,
} from "@gen/vae";
import { pseudoInputs } from "./binarized-mnist.js";
import { LocalVae } from "./local-vae.js";
import { openWeights } from "./place.js";
import { trainInRelay } from "./relay.js";
import { weightsFile } from "./results.js";
import type { Result, Row, TrainOptions } from "./row.js";
import { randomRows } from "./subset.js";
import { readWeights } from "./weights.js";

/** The row whose weights all begin with. */
const FIRST = "vae/binarized-mnist/best";

const [batchSize, steps, learningRate, warmUp] = [100, 2_500, 1e-3, 200];
const seed = 0;

/** Test rows, and draws for each. */
const [ROWS, K] = [2_000, 5_000];
/** Validation rows; rows that are measured at once. */
const [VALID, CHUNK] = [2_000, 100];

/** Numbers that the encoder gives to the flow of each layer of latents. */
export const CONTEXT = 32;

export interface PosteriorRowOptions {
  readonly id: string;
  /** What makes the posterior of each layer more than a normal distribution. @default nothing */
  readonly posterior?: HierarchicalVaeOptions["posterior"];
  /** What it is, in words. */
  readonly about: string;
}

export function posteriorRow(options: PosteriorRowOptions): Omit<Row, "id" | "paper" | "target" | "unit" | "better"> {
  return {
    split: "50,000 rows to learn, 2,000 to choose the weights, test rows to measure",
    train: async (given) => {
      const trained = await train(options, given);
      given.log(`measuring log p(x) of ${ROWS} test rows, k = ${K}`);
      const notes = `${FIRST} (its notes: 26,000 steps) goes on for ${steps} steps with ${options.about}, and with a decoder that adds to each pixel's logit what a masked convolution of 7 × 7 and two layers of 24 channels make of the pixels above and to the left; trained by the bound of one draw, Adam ${learningRate} after a warm-up of ${warmUp} steps, with cosine decay, weight decay 0.1 but for the pseudo-inputs, batch ${batchSize}; the average of the weights (0.999) with the best importance-weighted bound (k = 50) on the validation rows; importance sampling, k = 5,000, on the same random test rows for each row of the table; seconds and steps are those after the shared beginning`;
      return { ...(await measure(options, { n: ROWS, threads: given.threads })), seed, ...trained, notes };
    },
    check: async (n) => (await measure(options, { n })).measured,
  };
}

/** The row with K planar transforms, half of them of the posterior of each layer of latents; 0 leaves both normal. */
export function planarRow(depth: number): ReturnType<typeof posteriorRow> {
  const id = `flow/binarized-mnist/planar-${depth}`;
  if (depth === 0) return posteriorRow({ id, about: "normal posteriors" });
  return posteriorRow({
    id,
    posterior: ({ latentDim }) => new PlanarStack({ dim: latentDim, depth: depth / 2, contextDim: CONTEXT }),
    about: `${depth} planar transforms, half of them of the posterior of each layer of latents, linear functions of ${CONTEXT} numbers of context that begin as the identity`,
  });
}

async function modelOf({ posterior }: PosteriorRowOptions): Promise<LocalVae> {
  return new LocalVae(
    new HierarchicalVae({
      shape: [1, 28, 28],
      latentDims: [40, 40],
      width: 300,
      architecture: dense({ hidden: [300, 300], activation: "silu" }),
      prior: vampPrior({ start: await pseudoInputs(500) }),
      ...(posterior && { posterior }),
    }),
  );
}

/** The shared beginning. @throws GenError `file` without the weights of the row that makes it */
async function begin(store: Store): Promise<void> {
  if (!existsSync(weightsFile(FIRST)))
    throw new GenError("file", `${weightsFile(FIRST)}: expected the weights that the table begins with, got none`, {
      fix: `pnpm repro ${FIRST}`,
    });
  const first = Object.entries(await readWeights(FIRST));
  const names = new Set(store.names());
  for (const [name, array] of first) if (names.has(`vae.${name}`)) await store.write(`vae.${name}`, array);
}

async function train(options: PosteriorRowOptions, given: TrainOptions): Promise<Pick<Result, "seconds" | "steps">> {
  const model = await modelOf(options);
  const rate = sequential(
    [{ rate: linear(learningRate / warmUp, { steps: warmUp, end: learningRate }), steps: warmUp }],
    cosine(learningRate, { steps: steps - warmUp }),
  );
  const step = trainStep({
    model,
    batch: { x: { shape: [batchSize, 1, 28, 28], dtype: "u8" } },
    loss: (batch, scope) => lossOf(model.seeing(batch.x), batch, scope).loss,
    optimizer: groups([
      { match: (name) => name.startsWith("vae.prior.top"), optimizer: adam({ learningRate: rate }) },
      { match: () => true, optimizer: adam({ learningRate: rate, weightDecay: 0.1 }) },
    ]),
    average: ema({ decay: 0.999 }),
  });
  return trainInRelay(
    {
      id: options.id,
      seed,
      model,
      begin,
      step,
      train: await binarizedMnist({ split: "train" }),
      batchSize,
      steps,
      every: 500,
      valid: {
        program: bounds(model, iwae({ k: 50 })),
        data: randomRows(await binarizedMnist({ split: "valid" }), VALID, key(seed)),
      },
      say: ({ nats }) => `${nats!.toFixed(2)} nats`,
    },
    given,
  );
}

/** A program over rows of bytes. */
function over(model: LocalVae, of: (batch: VaeBatch, scope: Scope) => Record<string, Tensor>): Program {
  return inference(model, { x: { shape: [CHUNK, 1, 28, 28], dtype: "u8" } }, of);
}

function bounds(model: LocalVae, objective: Objective): Program {
  return over(model, (batch, scope) => ({
    nats: boundOf(model.seeing(batch.x), batch, { scope, objective }).bound.neg(),
  }));
}

/** −log p(x) by importance sampling, and the bound beside it, under the weights in the file. */
async function measure(
  options: PosteriorRowOptions,
  { n, threads }: { readonly n: number; readonly threads?: number },
): Promise<Pick<Result, "measured" | "beside">> {
  const model = await modelOf(options);
  const { runtime, store } = await openWeights(options.id, { threads });
  const rows = randomRows(await binarizedMnist({ split: "test" }), n, key(seed));
  const on = { runtime, store, key: key(seed) };
  const logProb = over(model, (batch, scope) => ({
    logProb: importance(model.seeing(batch.x), batch, { k: K, scope }),
  }));
  const { logProb: mean } = await evaluate(logProb, rows, on);
  const { nats } = await evaluate(bounds(model, elbo()), rows, on);
  await runtime.close();
  const measured = { value: -mean!.mean, standardError: mean!.standardError, n };
  return { measured, beside: { bound: nats!.mean } };
}
