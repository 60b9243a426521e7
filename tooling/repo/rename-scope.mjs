/** @file `node tooling/repo/rename-scope.mjs @new`: writes another npm scope wherever the present one stands. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.mjs";

const to = process.argv[2] ?? "";
if (!/^@[a-z0-9][a-z0-9-]*$/.test(to)) {
  console.error(`rename-scope: expected a scope such as @name, got "${to}"`);
  process.exit(1);
}
const { scope: from } = JSON.parse(readFileSync(join(root, "tooling/repo/scope.json"), "utf8"));
const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });

// The scope followed by a slash or a closing quote is the scope; anything else is another word that begins like it.
const pattern = new RegExp(`${from}(?=[/"'\`])`, "g");
let changed = 0;
for (const path of files.toString().split("\0")) {
  const file = join(root, path);
  if (path === "" || !existsSync(file)) continue;
  const bytes = readFileSync(file);
  if (bytes.includes(0)) continue;
  const text = bytes.toString("utf8");
  const renamed = text.replace(pattern, to);
  if (renamed === text) continue;
  writeFileSync(file, renamed);
  changed++;
}
console.log(`${from} → ${to} in ${changed} files; now run: npx ${packageManager()} install`);

function packageManager() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
}
