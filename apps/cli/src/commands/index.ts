/** @file The commands, in the order of the help. */
import type { Command } from "./command.js";
import { completeCommand } from "./complete.js";
import { editCommand } from "./edit.js";
import { evalCommand } from "./eval.js";
import { exportCommand } from "./export.js";
import { reportCommand } from "./report.js";
import { resumeCommand } from "./resume.js";
import { sampleCommand } from "./sample.js";
import { scoreCommand } from "./score.js";
import { startCommand } from "./start.js";
import { trainCommand } from "./train.js";
import { writeCommand } from "./write.js";

export const commands: readonly Command[] = [
  startCommand,
  trainCommand,
  resumeCommand,
  sampleCommand,
  writeCommand,
  completeCommand,
  editCommand,
  evalCommand,
  scoreCommand,
  exportCommand,
  reportCommand,
];
