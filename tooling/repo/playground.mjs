/** @file `npm run playground`: installs what is missing, bundles the page, serves it and opens a browser. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { install, root } from "./workspace.mjs";

await install();
const cwd = join(root, "apps/playground");
const vite = join(cwd, "node_modules/vite/bin/vite.js");
const build = spawn(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd, stdio: "inherit" });
build.on("close", (code) => {
  if (code !== 0) process.exit(code ?? 1);
  const open = process.stdout.isTTY ? ["--open"] : [];
  spawn(process.execPath, [vite, "preview", ...open, ...process.argv.slice(2)], { cwd, stdio: "inherit" });
});
