/** @file Measures a model's curves into the run folder. */
import { writeAtomic } from "@gen/core/node";
import type { Live } from "../recipe.js";
import type { DrawnCurve } from "../report/html.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "./session.js";

/** All curves of the trained model, as curves.json; nothing where it has none. */
export async function writeCurves({ trainable, keys }: Session, live: Live, folder: RunFolder): Promise<void> {
  const drawn: DrawnCurve[] = [];
  for (const curve of Object.values(trainable.curves ?? {})) {
    const { title, caption, xLabel, yLabel } = curve;
    drawn.push({ title, caption, xLabel, yLabel, points: await curve.measure({ ...live, key: keys.evaluation }) });
  }
  if (drawn.length > 0) await writeAtomic(folder.curves, `${JSON.stringify(drawn)}\n`);
}
