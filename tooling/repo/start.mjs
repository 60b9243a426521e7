/** @file `npm start`: install and build what is missing, then `gen start` with the arguments given. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, install, root } from "./workspace.mjs";

await install();
await build("./apps/cli");

const cli = spawn(process.execPath, [join(root, "apps/cli/dist/main.js"), "start", ...process.argv.slice(2)], {
  stdio: "inherit",
});
// The terminal sends Ctrl-C to both; the command saves and stops by itself, and decides the exit code.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => cli.kill("SIGTERM"));
cli.on("close", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 130);
});
