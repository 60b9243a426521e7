/** @file A side in Chromium: a page of its own, served from here with the fixture, and driven by Playwright. */
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Start } from "../../src/protocol.js";
import { chromiumPath } from "./chromium.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const core = join(here, "../../node_modules/@gen/core");
const ORT = join(core, "node_modules/onnxruntime-web/dist");

/** Types by which a browser takes what it is sent. */
const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  mjs: "text/javascript",
  wasm: "application/wasm",
  json: "application/json",
};

/** Opens the page of `side` for the work of the first request. */
export function startTab(side: "ours" | "jax"): Start {
  return async ({ work, folder, steps }) => {
    const scripts = await bundled(side);
    const server = createServer((request, response) => {
      const path = new URL(request.url!, "http://page").pathname.slice(1);
      response.setHeader("Content-Type", TYPES[path.split(".").at(-1) ?? ""] ?? "application/octet-stream");
      if (path === "page.html") return response.end('<!doctype html><script type="module" src="page.js"></script>');
      const script = scripts.get(path);
      if (script !== undefined) return response.end(script);
      const file = path.replace(/^fixture\//, `${folder}/`).replace(/^ort\//, `${ORT}/`);
      if (file === path || file.includes("..") || !existsSync(file)) return response.writeHead(404).end();
      return createReadStream(file).pipe(response);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const browser = await chromium.launch({ executablePath: chromiumPath()!, args: ["--no-sandbox"] });
    process.once("exit", () => void browser.close());
    const tab = await browser.newPage();
    const complaints: string[] = [];
    tab.on("pageerror", (error) => complaints.push(error.message));
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`);
    await tab.waitForFunction("globalThis.begin !== undefined", undefined, { timeout: 20_000 }).catch(() => {
      throw new Error(`the page did not start: ${complaints.join("; ")}`);
    });
    await tab.evaluate(([name, turn]) => globalThis.begin(name, turn), [work, steps] as const);
    return { run: (count) => tab.evaluate((n) => globalThis.run(n), count) };
  };
}

/** The page's script, and that of the worker of our runtime. */
async function bundled(side: "ours" | "jax"): Promise<Map<string, string>> {
  const entries = { page: join(here, `${side}.ts`), worker: join(core, "dist/runtime/web/wasm-worker.mjs") };
  const { outputFiles } = await build({
    entryPoints: entries,
    bundle: true,
    format: "esm",
    target: "es2023",
    write: false,
    outdir: "/",
    logLevel: "error",
  });
  return new Map(outputFiles.map(({ path, text }) => [path.split(/[\\/]/).at(-1)!, text]));
}
