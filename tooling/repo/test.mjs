/**
 * @file `npm test`: format, lint, types, structure, the fast tests, build, package checks and sizes, cached by turborepo.
 * `--all` adds the slow tests, `--slow` runs only those. The last line sums the tests of all workspaces.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { install, root, run, workspaces } from "./workspace.mjs";

const CHECKS = ["format:check", "lint", "typecheck", "test", "build", "pack", "size"];
const SUMMARIES = join(root, ".turbo/runs");

const slow = process.argv.includes("--slow");
const all = process.argv.includes("--all");
const tasks = slow ? ["test:slow"] : all ? [...CHECKS, "test:slow"] : CHECKS;
const reports = slow ? ["slow"] : all ? ["fast", "slow"] : ["fast"];

await install();
const places = [...workspaces("packages", "apps", "tooling"), join(root, "examples"), join(root, "repro")];
for (const place of places) rmSync(join(place, ".reports"), { recursive: true, force: true });
rmSync(SUMMARIES, { recursive: true, force: true });

const { code } = await run("turbo", ["run", ...tasks, "--continue", "--summarize", "--concurrency=100%"], {
  show: true,
});

const sum = { passed: 0, failed: 0, skipped: 0 };
for (const place of places) for (const name of reports) add(place, join(place, ".reports", `${name}.json`));
// A task that failed without a failing test (lint, say) counts as one.
for (const task of failedTasks()) {
  if (!/#test(:slow)?$/.test(task) || sum.failed === 0) sum.failed++;
  console.log(`failed: ${task}`);
}
if (code !== 0 && sum.failed === 0) sum.failed = 1;
process.exitCode = sum.failed > 0 ? 1 : 0;
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);

function add(place, file) {
  if (!existsSync(file)) return;
  const { passed, failed, skipped } = JSON.parse(readFileSync(file, "utf8"));
  sum.passed += passed;
  sum.failed += failed;
  sum.skipped += skipped.length;
  for (const { test, why } of skipped) console.log(`skipped: ${place.slice(root.length)}: ${test}: ${why}`);
}

function failedTasks() {
  if (!existsSync(SUMMARIES)) return [];
  return readdirSync(SUMMARIES)
    .flatMap((name) => JSON.parse(readFileSync(join(SUMMARIES, name), "utf8")).tasks)
    .filter((task) => (task.execution?.exitCode ?? 0) !== 0)
    .map((task) => task.taskId);
}
