/** @file Measures a model's curves into the run folder. */
import { writeAtomic } from "@gen/core/node";
import type { Live } from "../recipe.js";
import type { DrawnCurve } from "../report/html.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "./session.js";

/** All curves of the trained model, as curves.json; nothing where it has none. */
export async function writeCurves({ trainable, keys }: Session, live: Live, folder: RunFolder): Promise<void> {
  const drawn: DrawnCurve[] = [];
  for (const { measure, ...text } of Object.values(trainable.curves ?? {}))
    drawn.push({ ...text, points: await measure({ ...live, key: keys.evaluation }) });
  if (drawn.length > 0) await writeAtomic(folder.curves, `${JSON.stringify(drawn)}\n`);
}
