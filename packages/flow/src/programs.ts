/** @file What one does with a trained flow, as programs: measure, encode, decode, sample, interpolate. */
import {
  concat,
  GenError,
  inference,
  keyFromSeed,
  scalar,
  traceScope,
  type BatchField,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import type { Flow, FlowBatch } from "./flow.js";

export interface RowsOptions {
  /** Rows in a batch. */
  readonly n: number;
  /** How rows are given: numbers, or bytes from 0 to 255 for a codec of pictures. @default "f32" */
  readonly pixels?: "u8" | "f32";
  /** Rows come with a field `mask` u8 like x, 1 where a value is known, in the place of NaN for gaps. @default false */
  readonly mask?: boolean;
}

export interface InterpolateOptions {
  /** Rows on the way, both ends included. */
  readonly steps: number;
}

export type Feeds = Readonly<Record<string, Tensor>>;

/** The fields of what rows are conditioned on. */
export function conditionFields(flow: Flow, n: number): Record<string, BatchField> {
  if (flow.classes > 0) return { label: { shape: [n], dtype: "i32" } };
  return flow.contextWidth > 0 ? { context: [n, flow.contextWidth] } : {};
}

/** The fields that feed a program of this model. */
export function fields(
  flow: Flow,
  { n, pixels = "f32", mask = false }: RowsOptions,
): { x: BatchField } & Record<string, BatchField> {
  const shape = [n, ...flow.shape];
  const known = mask ? { mask: { shape, dtype: "u8" } as const } : {};
  return { x: { shape, dtype: pixels }, ...known, ...conditionFields(flow, n) };
}

/**
 * log p(x) of each row. Of a codec that dequantises it is a lower bound in the mean, by one draw of its noise.
 *
 * @returns outputs logProb [n], nats [n] (its negative), bitsPerDim [n] = nats / (D ln 2)
 */
export function logProb(flow: Flow, options: RowsOptions): Program {
  return inference(flow, fields(flow, options), (batch: Feeds, scope) => {
    const logProb = flow.logProbOf(batch as Feeds & FlowBatch, scope);
    const nats = logProb.neg();
    return { logProb, nats, bitsPerDim: nats.mul(1 / (flow.dims * Math.LN2)) };
  });
}

/** The code of each row; noise that dequantises is at its middle. @returns output z [n, …latentShape] */
export function encode(flow: Flow, options: RowsOptions): Program {
  return inference(flow, fields(flow, options), (batch: Feeds) => ({ z: codes(flow, batch) }));
}

/** The row of each code. Feeds z [n, …latentShape]. @returns output x [n, …shape] */
export function decode(flow: Flow, { n }: RowsOptions): Program {
  const batch = { z: [n, ...flow.latentShape], ...conditionFields(flow, n) };
  return inference(flow, batch, ({ z, ...condition }: Feeds) => ({
    x: flow.decode(z!, { scope: quiet(), context: flow.contextOf(condition) }),
  }));
}

/** New rows. @returns output samples [n, …shape] */
export function sample(flow: Flow, { n }: RowsOptions): Program {
  return inference(flow, conditionFields(flow, n), (condition: Feeds, scope) => ({
    samples: flow.sample(n, scope, flow.contextOf(condition)),
  }));
}

/**
 * A walk from one row to another, straight in the space of codes. Feeds `from` and `to`, [1, …shape].
 *
 * @returns output x [steps, …shape], whose ends are the two rows
 * @throws GenError `range` for less than two steps, `option` for a conditional flow
 */
export function interpolate(flow: Flow, { steps }: InterpolateOptions): Program {
  if (!Number.isInteger(steps) || steps < 2)
    throw new GenError("range", `interpolate: expected steps ≥ 2, got ${steps}`);
  if (flow.contextDim > 0) {
    throw new GenError("option", "interpolate: expected a flow without a condition, got a conditional one", {
      fix: "encode both rows, and decode what lies between their codes under the condition of your choice",
    });
  }
  const row = [1, ...flow.shape];
  return inference(flow, { from: row, to: row }, ({ from, to }: Feeds) => {
    const [a, b] = [codes(flow, { x: from! }), codes(flow, { x: to! })];
    const ways = Array.from({ length: steps }, (_, i) => i / (steps - 1));
    const z = ways.map((way) => a.mul(1 - way).add(b.mul(way)));
    return { x: flow.decode(concat(z, 0), { scope: quiet() }) };
  });
}

/** Codes of a batch, with the noise of a codec at its middle. */
export function codes(flow: Flow, batch: Feeds): Tensor {
  const { x, mask, ...condition } = batch;
  const at = { scope: quiet(), context: flow.contextOf(condition) };
  return flow.encode(x!, at, flow.codec && { dequantise: "middle", ...(mask && { mask }) }).y;
}

/** A scope whose randomness is the same each time: for what needs none, or only to estimate what is not asked for. */
export function quiet(): Scope {
  return traceScope("eval", keyFromSeed(scalar(0n, "u64")));
}
