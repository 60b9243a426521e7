/** @file The pages of examples/web are built, opened in Chromium, and train. What they import is the built packages. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { launch, missing } from "@gen/vitest/chromium";
import { build } from "vite";
import { expect, it } from "vitest";
import { serve } from "../web/serve.js";

const root = join(import.meta.dirname, "..");
const pages = join(root, "web");
const unbuilt = existsSync(join(root, "node_modules/@gen/core/dist/web.js"))
  ? undefined
  : "needs the built packages: npm run build";

/** What a page shows once it has trained. */
async function visit(server: Server, path: string): Promise<{ losses: number[]; status: string; errors: string[] }> {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.addInitScript("Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4 })"); // threads
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on(
      "console",
      (line) => line.type() === "error" && !/favicon/.test(line.location().url) && errors.push(line.text()),
    );
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${path}`);
    await page
      .getByText(/^trained on/)
      .waitFor({ timeout: 60_000 })
      .catch((error: unknown) => errors.push(String(error)));
    const losses = (await page.locator("li").allTextContents()).map(Number);
    return { losses, status: (await page.locator("p").textContent()) ?? "", errors };
  } finally {
    await browser.close();
    server.close();
  }
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "page-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function expectTrained({ losses, status, errors }: Awaited<ReturnType<typeof visit>>, device: RegExp): void {
  expect(errors).toEqual([]);
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
  expect(status).toMatch(device);
}

it("trains in a page that Vite built", async ({ skip }) => {
  const why = missing ?? unbuilt;
  skip(why !== undefined, why);
  await withFolder(async (outDir) => {
    await build({ root: join(pages, "vite"), logLevel: "error", build: { outDir } });
    expectTrained(await visit(await serve(outDir), ""), /^trained on (wasm|webgpu): .* GFLOP/);
  });
});

it("trains in a page that esbuild built", async ({ skip }) => {
  const why = missing ?? unbuilt;
  skip(why !== undefined, why);
  const folder = join(pages, "esbuild");
  await promisify(execFile)(process.execPath, [join(folder, "build.js")]);
  try {
    expectTrained(await visit(await serve(folder), ""), /^trained on wasm$/);
  } finally {
    await rm(join(folder, "dist"), { recursive: true });
  }
});

it("trains in a page without a bundler", async ({ skip }) => {
  const why = missing ?? unbuilt;
  skip(why !== undefined, why);
  expectTrained(await visit(await serve(root), "web/plain/"), /^trained on wasm$/);
});
