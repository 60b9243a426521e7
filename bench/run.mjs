/** @file `pnpm bench`: installs the peers on its first use, builds our packages, starts src/main.ts. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build, install } from "../tooling/repo/workspace.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

await install();
await install(here);
await build("./packages/*");
const options = ["--import", "tsx", "src/main.ts", ...process.argv.slice(2)];
const child = spawn(process.execPath, options, { cwd: here, stdio: "inherit" });
child.on("close", (code) => (process.exitCode = code ?? 1));
