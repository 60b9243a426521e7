/** @file What each part of the chain of a diffusion model adds to its bound on −log p(x), over held-out rows. */
import type { Dataset } from "@gen/core";
import { bound, type BoundOptions, type Diffusion } from "@gen/diffusion";
import type { Curve } from "../recipe.js";

/** Rows that are measured, and parts of the chain. */
const [ROWS, PARTS] = [64, 100];

export function boundCurve(
  model: Diffusion,
  { rows, ...fed }: Pick<BoundOptions, "pixels" | "masked"> & { readonly rows: Dataset },
): Curve {
  const n = Math.min(ROWS, rows.length);
  const { length } = model.process.levels;
  const parts = Math.min(PARTS, length);
  return {
    title: "What the steps add to the bound",
    caption: `The chain has ${length.toLocaleString("en")} steps, from the data (0) to noise (1), in ${parts} parts: what each adds to the bound on −log p, in the mean over ${n} held-out rows.`,
    xLabel: "place in the chain",
    yLabel: "bits/dim",
    async measure({ runtime, store, from, key }) {
      const feeds = await rows.rows(Array.from({ length: n }, (_, i) => i));
      const { terms } = await runtime.run(bound(model, { n, parts, ...fed }), { store, from, key, feeds });
      const of = (part: number): number =>
        Array.from({ length: n }, (_, i) => Number(terms!.data[part * n + i])).reduce((a, b) => a + b) / n;
      return Array.from({ length: parts }, (_, part) => ({
        x: (part + 0.5) / parts,
        y: of(part) / (model.dims * Math.LN2),
      }));
    },
  };
}
