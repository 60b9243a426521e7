/** @file What one does with a trained flow, as programs: measure, encode, decode, sample. */
import { inference, type BatchField, type Program, type Tensor } from "@gen/core";
import type { Flow, FlowBatch } from "./flow.js";

export interface RowsOptions {
  /** Rows in a batch. */
  readonly n: number;
}

type Feeds = Readonly<Record<string, Tensor>>;

/** The fields of what rows are conditioned on. */
export function conditionFields(flow: Flow, n: number): Record<string, BatchField> {
  if (flow.classes > 0) return { label: { shape: [n], dtype: "i32" } };
  return flow.contextDim > 0 ? { context: [n, flow.contextDim] } : {};
}

/** The fields that feed a program of this model. */
export function fields(flow: Flow, { n }: RowsOptions): { x: BatchField } & Record<string, BatchField> {
  return { x: [n, ...flow.shape], ...conditionFields(flow, n) };
}

/**
 * log p(x) of each row, exact.
 *
 * @returns outputs logProb [n] and nats [n] (its negative), bitsPerDim [n] = nats / (D ln 2)
 */
export function logProb(flow: Flow, options: RowsOptions): Program {
  return inference(flow, fields(flow, options), (batch: Feeds, scope) => {
    const logProb = flow.logProb(batch["x"]!, scope, flow.contextOf(batch));
    const nats = logProb.neg();
    return { logProb, nats, bitsPerDim: nats.mul(1 / (flow.dims * Math.LN2)) };
  });
}

/** The code of each row. @returns output z [n, …latentShape] */
export function encode(flow: Flow, options: RowsOptions): Program {
  return inference(flow, fields(flow, options), (batch: Feeds, scope) => ({
    z: flow.encode(batch["x"]!, { scope, context: flow.contextOf(batch as unknown as FlowBatch) }).y,
  }));
}

/** The row of each code. Feeds z [n, …latentShape]. @returns output x [n, …shape] */
export function decode(flow: Flow, { n }: RowsOptions): Program {
  const batch = { z: [n, ...flow.latentShape], ...conditionFields(flow, n) };
  return inference(flow, batch, ({ z, ...condition }: Feeds, scope) => ({
    x: flow.decode(z!, { scope, context: flow.contextOf(condition) }).x,
  }));
}

/** New rows. @returns output samples [n, …shape] */
export function sample(flow: Flow, { n }: RowsOptions): Program {
  return inference(flow, conditionFields(flow, n), (condition: Feeds, scope) => ({
    samples: flow.sample(n, scope, flow.contextOf(condition)),
  }));
}
