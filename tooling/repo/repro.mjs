/** @file `pnpm repro`: runs `repro/main.ts` from source with the arguments given. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { install, root } from "./workspace.mjs";

await install();
const options = ["--conditions=@gen/source", "--import", "tsx", "main.ts", ...process.argv.slice(2)];
const child = spawn(process.execPath, options, { cwd: join(root, "repro"), stdio: "inherit" });
child.on("close", (code) => (process.exitCode = code ?? 1));
