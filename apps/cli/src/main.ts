#!/usr/bin/env node
/** @file The program `gen`: the world as it is. */
import { node } from "@gen/core/node";
import { runCli } from "./cli.js";
import { commands } from "./commands/index.js";
import type { World } from "./context.js";
import { linesOf } from "./lines.js";
import type { Terminal } from "./output/output.js";
import { recipes } from "./recipes/index.js";
import { sources } from "./sources/index.js";

const { env, stdout, stderr } = process;

const terminal: Terminal = {
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  live: stderr.isTTY && env["TERM"] !== "dumb",
  get columns() {
    return stderr.isTTY ? stderr.columns : 100;
  },
  unicode: process.platform !== "win32" || env["WT_SESSION"] !== undefined || env["TERM_PROGRAM"] !== undefined,
  color: stderr.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
};

const world: World = {
  terminal,
  signals: process,
  cwd: process.cwd(),
  lines: () => linesOf(process.stdin),
  // Under `npm start` there is no `gen` on the path.
  program: env["npm_lifecycle_event"] === undefined ? "gen" : "npm run -s gen --",
  clock: Date.now,
  recipes,
  sources,
  openRuntime: node,
};

// `gen … | head` closes the pipe: that is no error.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), commands, world);
