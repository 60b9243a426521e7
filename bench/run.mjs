/** @file `pnpm bench`: installs the peers on its first use, builds our packages, starts src/main.ts. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("..", import.meta.url));
// Progress goes to stderr, so that `pnpm -s bench --json` prints nothing but JSON.
const quiet = ["ignore", 2, 2];

/** @param {string} what @param {string} cwd @param {string[]} command */
function run(what, cwd, [file, ...args]) {
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" };
  const { status, error } = spawnSync(file, args, { cwd, env, stdio: quiet });
  if (status !== 0) {
    process.stderr.write(`bench: ${what} failed${error === undefined ? "" : `: ${error.message}`}\n`);
    process.exit(status ?? 1);
  }
}

/** The stamp that pnpm leaves when it has installed; older than the lock file means stale. */
function fresh() {
  const stamp = `${here}/node_modules/.modules.yaml`;
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(`${here}/pnpm-lock.yaml`).mtimeMs;
}

// pnpm names itself in npm_execpath when it runs a script; without it, npx fetches the version that package.json pins.
const pnpm = process.env.npm_execpath?.includes("pnpm")
  ? [process.execPath, process.env.npm_execpath]
  : ["npx", "--yes", "pnpm@10.34.9"];

if (!fresh()) {
  process.stderr.write("bench: installing the peers (about 320 MB, once)\n");
  run("installing the peers", here, [...pnpm, "install", "--frozen-lockfile"]);
}
run("building our packages", root, [
  ...pnpm,
  "exec",
  "turbo",
  "run",
  "build",
  "--filter=./packages/*",
  "--output-logs=errors-only",
]);
const { status } = spawnSync(process.execPath, ["--import", "tsx", "src/main.ts", ...process.argv.slice(2)], {
  cwd: here,
  stdio: "inherit",
});
process.exit(status ?? 1);
