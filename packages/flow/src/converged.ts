/** @file Where rows are lost: which layer gave no number, as a solver does that does not arrive within its steps. */
import { full, GenError, inference, scalar, type NdArray, type Program, type Tensor } from "@gen/core";
import type { Flow } from "./flow.js";
import { conditionFields, fields, quiet, type Feeds } from "./programs.js";
import { sumRows } from "./transform.js";

export interface LostRowsOptions {
  /** Rows in a batch. */
  readonly n: number;
  /** From rows to codes, or back as samples come about. @default "encode" */
  readonly way?: "encode" | "decode";
}

/** What stands for a row that arrives, and for one that is none to begin with. */
const [ARRIVES, UNFIT] = [-1, -2];

/**
 * In which layer each row is lost: the place in `flow.transform.transforms` of the first whose result has a NaN or an
 * infinity, −1 for a row that arrives and −2 for one that has them itself. Feeds x, or z for `way: "decode"`.
 *
 * @returns output layer [n] i32, for {@link checkConverged}
 */
export function lostRows(flow: Flow, { n, way = "encode" }: LostRowsOptions): Program {
  const forth = way === "encode";
  const feeds = forth ? fields(flow, { n }) : { z: [n, ...flow.latentShape], ...conditionFields(flow, n) };
  const layers = [...flow.transform.transforms.entries()];
  return inference(flow, feeds, ({ x, z, ...condition }: Feeds) => {
    const at = { scope: quiet(), context: flow.contextOf(condition) };
    let rows = forth ? flow.coded(x!, at.scope, { dequantise: "middle" }).y : z!;
    let layer = areNumbers(rows).where(full([n], ARRIVES), UNFIT);
    for (const [i, transform] of forth ? layers : layers.toReversed()) {
      rows = forth ? transform.forward(rows, at).y : transform.inverse(rows, at).x;
      layer = layer.equal(ARRIVES).and(areNumbers(rows).not()).where(scalar(i), layer);
    }
    return { layer: layer.cast("i32") };
  });
}

/** Whether each row has neither NaN nor infinities: [N] bool. */
function areNumbers(rows: Tensor): Tensor {
  const none = sumRows(rows.mul(0)); // 0, or NaN
  return none.equal(none);
}

/**
 * Looks at the result of {@link lostRows} on the host.
 *
 * @throws GenError `numeric` naming the first row that is lost, and the layer
 */
export function checkConverged(flow: Flow, { data }: NdArray): void {
  const layers = Array.from(data, Number);
  const row = layers.findIndex((layer) => layer !== ARRIVES);
  if (row < 0) return;
  const layer = layers[row]!;
  if (layer === UNFIT)
    throw new GenError("numeric", `Flow: expected rows of numbers, got NaN or an infinity in row ${row}`);
  const { unsolved } = flow.transform.transforms[layer]!;
  throw new GenError(
    "numeric",
    `Flow: expected transform.transforms.${layer} to bring each row to its end, got none for row ${row}${unsolved === undefined ? "" : `: ${unsolved}`}`,
    {
      fix:
        unsolved === undefined
          ? "look for rows far from the data"
          : "raise adaptive.maxSteps or adaptive.tolerance of that layer, or look for rows far from the data",
    },
  );
}
