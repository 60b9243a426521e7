/** @file `gen export`: writes the ONNX files of a run's best checkpoint, wherever they are wanted. */
import { resolve as resolvePath } from "node:path";
import { loadCheckpoint } from "@gen/core/node";
import { RunFolder } from "../run/run-folder.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";
import { exportModel } from "../train/export.js";
import { bestOf, nowOf, openSession } from "../train/session.js";
import { outputSection, type Command } from "./command.js";
import { planOfRun } from "./resume.js";
import { only } from "./train.js";

const options = defineOptions({
  to: { kind: "path", description: "Folder to write to; the run's own model/ unless given" },
  which: {
    kind: "choice",
    choices: ["best", "last"],
    default: "best",
    description: "The numbers that measured best on held-out data, or those after the last step",
  },
  precision: {
    kind: "choice",
    choices: ["f32", "f16"],
    default: "f32",
    description:
      "How weights are stored: f16 takes half the room, and is held against the trainer by a looser limit; files that choose (codes, bits) stay f32",
  },
  threads: { kind: "integer", min: 1, description: "Threads to compute with" },
});

export const exportCommand: Command = {
  name: "export",
  summary: "Write the model of a run as ONNX files that need nothing of ours, and check them against the trainer.",
  positionals: [{ name: "run", description: "the folder of a run", required: true }],
  examples: ["gen export runs/faces --to my-app/model", "gen export runs/faces --which last --precision f16"],
  sections: () => [{ title: "Options", schema: options }, outputSection],
  async run({ positionals, given }, context) {
    const folder = RunFolder.open(resolvePath(context.cwd, positionals[0]!));
    const { to, which, precision, threads } = resolve(options, only(options, given), "gen export");
    const path = to === undefined ? folder.model : resolvePath(context.cwd, to);
    const session = await openSession(await planOfRun(folder, context), { threads }, context);
    try {
      const store = session.runtime.emptyStore();
      const { step } = await loadCheckpoint(store, folder.checkpoints);
      const live = which === "best" ? bestOf(session, store) : nowOf(session, store);
      const metrics = folder.metrics.findLast((line) => line.validation !== undefined)?.validation ?? {};
      await exportModel(session, live, { path, metrics, precision });
      context.output.result({ model: path, step, which, precision }, `Wrote ${path}`);
      return 0;
    } finally {
      await session.runtime.close();
    }
  },
};
