/** @file `gen report`: makes report.html again from what the folder of a run holds. */
import { resolve as resolvePath } from "node:path";
import { writeReport } from "../report/gather.js";
import { RunFolder } from "../run/run-folder.js";
import { outputSection, type Command } from "./command.js";

export const reportCommand: Command = {
  name: "report",
  summary: "Make the report of a run again: one page with curves and pictures that opens from disk.",
  positionals: [{ name: "run", description: "the folder of a run", required: true }],
  examples: ["gen report runs/faces"],
  sections: () => [outputSection],
  async run({ positionals }, { cwd, output }) {
    const folder = RunFolder.open(resolvePath(cwd, positionals[0]!));
    await writeReport(folder);
    output.result({ report: folder.report }, `Made ${folder.shown}/report.html`);
    return 0;
  },
};
