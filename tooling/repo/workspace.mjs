/** @file What `npm start` and `npm test` share: install if the lock file changed, build if a source did. No dependencies. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const WINDOWS = process.platform === "win32";
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Nothing phones home, asks a question, or runs an install script that downloads. */
const environment = {
  ...process.env,
  PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(WINDOWS ? ";" : ":"),
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  ONNXRUNTIME_NODE_INSTALL: "skip",
  ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
};

/** Runs a command to its end; gives its exit code and, unless it is shown as it comes, what it printed. */
export function run(command, args, { cwd = root, show = false } = {}) {
  return new Promise((done) => {
    const stdio = show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"];
    const child = spawn(command, args, { cwd, env: environment, stdio, shell: WINDOWS });
    let output = "";
    child.stdout?.on("data", (text) => (output += text));
    child.stderr?.on("data", (text) => (output += text));
    child.on("error", (error) => done({ code: 1, output: error.message }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
}

/** Installs what the lock file in `directory` names, unless that is what is there. */
export async function install(directory = root) {
  const stamp = join(directory, "node_modules/.gen/installed");
  const wanted = hash(readFileSync(join(directory, "pnpm-lock.yaml")), process.version);
  if (read(stamp) === wanted) return;
  rmSync(stamp, { force: true }); // An install that fails may leave less than it found.
  await step("installing", "npx", ["--yes", packageManager, "install", "--frozen-lockfile"], directory);
  write(stamp, wanted);
}

/** Builds `filter` and what it depends on, unless no source changed since. */
export async function build(filter) {
  const stamp = join(root, "node_modules/.gen", `built${filter.replace(/\W+/g, "-")}`);
  const wanted = hash(...sources());
  if (read(stamp) === wanted) return;
  await step("building", "turbo", ["run", "build", `--filter=${filter}`, "--output-logs=errors-only"], root);
  write(stamp, hash(...sources()));
}

/** Prints one line while a command runs, and all it said if it fails. */
async function step(doing, command, args, cwd) {
  const start = performance.now();
  process.stderr.write(`${doing} …`);
  const { code, output } = await run(command, args, { cwd });
  process.stderr.write(code === 0 ? ` ${((performance.now() - start) / 1000).toFixed(1)} s\n` : " failed\n");
  if (code === 0) return;
  process.stderr.write(`${output}\n${doing} failed: ${command} ${args.join(" ")}\n`);
  process.exit(code);
}

/** The directories of the packages and apps. */
export function workspaces(...groups) {
  return groups.flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(root, group, name))
      .filter((directory) => existsSync(join(directory, "package.json"))),
  );
}

/** Path, size and time of all that a build reads, and whether its result is there. */
function sources() {
  const seen = [];
  const visit = (path) => {
    const entry = statSync(path);
    if (entry.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    else seen.push(`${path} ${entry.size} ${entry.mtimeMs}`);
  };
  visit(join(root, "tooling/tsconfig/build.json"));
  for (const directory of workspaces("packages", "apps")) {
    seen.push(`${directory} ${existsSync(join(directory, "dist"))}`);
    visit(join(directory, "package.json"));
    if (existsSync(join(directory, "src"))) visit(join(directory, "src"));
  }
  return seen;
}

function hash(...parts) {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part).update("\n");
  return digest.digest("hex");
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
