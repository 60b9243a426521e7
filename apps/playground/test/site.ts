/** @file The bundled site in Chromium, for a file of tests: its pages, and what goes wrong in them. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { missing } from "@gen/vitest/chromium";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright";
import { afterAll, beforeAll, inject } from "vitest";
import type {} from "./browser.js";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const root = join(import.meta.dirname, "..");

export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly { readonly url: string; readonly at: number }[];
}

export interface Site {
  /** What the bundler wrote. */
  readonly folder: string;
  /**
   * A page at `?…`, what went wrong in it so far (errors, words on the console, requests to another host), and what it
   * and its workers have asked for, with the time in milliseconds since 1970.
   *
   * @param options light, and not kept by a service worker, unless they say otherwise
   */
  open(search: string, options?: BrowserContextOptions): Promise<Opened>;
}

/** The site while the tests of a file run. It cannot be opened where Chromium is {@link missing}: such tests skip. */
export function openSite(): Site {
  let browser: Browser;
  beforeAll(async () => {
    if (missing === undefined) browser = await chromium.connect(inject("site").browser);
  });
  afterAll(async () => {
    if (missing === undefined) await browser.close();
  });
  return {
    get folder() {
      return inject("site").folder;
    },
    async open(search, options = {}) {
      const page = await browser.newPage({ colorScheme: "light", serviceWorkers: "block", ...options });
      const complaints: string[] = [];
      const requests: { url: string; at: number }[] = [];
      page.on("pageerror", ({ message }) => complaints.push(message));
      page.on("console", (line) => {
        const isOurs = line.text() !== "Service Worker registration blocked by Playwright";
        if (isOurs) complaints.push(line.text());
      });
      page.on("request", (request) => {
        requests.push({ url: request.url(), at: Date.now() });
        const { origin } = new URL(page.url());
        if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin && origin !== "null")
          complaints.push(`asked for ${request.url()}`);
      });
      await page.goto(`${inject("site").url}${search}`);
      return { page, complaints, requests };
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
