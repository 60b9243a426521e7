/** @file The bundled site in Chromium, for a file of tests: its pages, and what goes wrong in them. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, missing } from "@gen/vitest/chromium";
import type { Browser, Page } from "playwright";
import { build, preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, vi } from "vitest";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const root = join(import.meta.dirname, "..");

export interface OpenOptions {
  /** @default "light" */
  readonly colorScheme?: "light" | "dark";
  /** Whether it may keep itself for later. @default "block" */
  readonly serviceWorkers?: "allow" | "block";
}

export interface Site {
  /** What the bundler wrote. */
  readonly folder: string;
  /** A page at `?…`, and what went wrong in it so far: errors, words on the console, requests to another host. */
  open(search: string, options?: OpenOptions): Promise<{ page: Page; complaints: string[] }>;
}

/** The site while the tests of a file run. It cannot be opened where Chromium is {@link missing}: such tests skip. */
export function openSite(): Site {
  let folder: string;
  let server: PreviewServer;
  let browser: Browser;
  beforeAll(async () => {
    if (missing !== undefined) return;
    folder = await mkdtemp(join(tmpdir(), "playground-"));
    vi.stubEnv("NODE_ENV", "production"); // else React is the one for developers, which talks
    await build({ root, logLevel: "error", build: { outDir: folder } });
    server = await preview({ root, logLevel: "error", build: { outDir: folder }, preview: { port: 0 } });
    browser = await launch();
  });
  afterAll(async () => {
    if (missing !== undefined) return;
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
  return {
    get folder() {
      return folder;
    },
    async open(search, { colorScheme = "light", serviceWorkers = "block" } = {}) {
      const page = await browser.newPage({ colorScheme, serviceWorkers });
      const complaints: string[] = [];
      page.on("pageerror", ({ message }) => complaints.push(message));
      page.on("console", (line) => {
        const isOurs = line.text() !== "Service Worker registration blocked by Playwright";
        if (isOurs) complaints.push(line.text());
      });
      page.on("request", (request) => {
        const { origin } = new URL(page.url());
        if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin && origin !== "null")
          complaints.push(`asked for ${request.url()}`);
      });
      await page.goto(`${server.resolvedUrls!.local[0]!}${search}`);
      return { page, complaints };
    },
  };
}

/** What axe finds against WCAG 2 AA. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
  });
}
