/** @file Once for all files of tests that open pages: the site is bundled and served, and one Chromium runs. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchOptions, missing } from "@gen/vitest/chromium";
import { chromium } from "playwright";
import { build, preview } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    site: {
      /** What the bundler wrote. */
      readonly folder: string;
      readonly url: string;
      /** Where the browser listens. */
      readonly browser: string;
    };
  }
}

/** Memory is measured when it is asked for, and not at some time within the next half minute. */
const MEASURE = "--enable-blink-features=ForceEagerMeasureMemory";

const root = join(import.meta.dirname, "..");

export async function setup({ provide }: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (missing !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "playground-"));
  process.env["NODE_ENV"] = "production"; // else React is the one for developers, which talks
  await build({ root, logLevel: "error", build: { outDir: folder } });
  process.env["NODE_ENV"] = "test";
  const server = await preview({ root, logLevel: "error", build: { outDir: folder }, preview: { port: 0 } });
  const browser = await chromium.launchServer({ ...launchOptions, args: [...launchOptions.args!, MEASURE] });
  provide("site", { folder, url: server.resolvedUrls!.local[0]!, browser: browser.wsEndpoint() });
  return async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  };
}
