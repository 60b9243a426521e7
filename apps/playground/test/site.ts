/** @file The bundled site in Chromium, for a file of tests: its pages, and what goes wrong in them. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ndarray } from "@gen/core";
import { encodeWav } from "@gen/data";
import { launch, missing } from "@gen/vitest/chromium";
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
  readonly browser: Browser;
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

export interface SiteOptions {
  /** Whether the file has a browser for itself, to break it. @default false */
  readonly alone?: boolean;
}

/** The site while the tests of a file run. It cannot be opened where Chromium is {@link missing}: such tests skip. */
export function openSite({ alone = false }: SiteOptions = {}): Site {
  let browser: Browser;
  beforeAll(async () => {
    if (missing === undefined) browser = await (alone ? launch() : chromium.connect(inject("site").browser));
  });
  afterAll(async () => {
    if (missing === undefined) await browser.close();
  });
  return {
    get browser() {
      return browser;
    },
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

/** To another page of the site, as by a link: its workers stay. */
export function go(page: Page, search: string): Promise<void> {
  return page.evaluate((search) => {
    history.pushState(null, "", search);
    dispatchEvent(new PopStateEvent("popstate"));
  }, search);
}

/** When a page that plays has done what there was to do. */
export const rested = (page: Page): Promise<void> =>
  page.locator('.play[aria-busy="false"]').waitFor({ timeout: 240_000 });

/** A file for a page. */
export interface Payload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export const file = (name: string, buffer: Buffer | string): Payload => ({
  name,
  mimeType: "",
  buffer: typeof buffer === "string" ? Buffer.from(buffer) : buffer,
});

/** Lets files go over the page, as from a folder. */
export async function dropped(page: Page, files: readonly Payload[]): Promise<void> {
  const sent = files.map(({ name, buffer }) => ({ name, bytes: [...buffer] }));
  await page.evaluate((sent) => {
    const dataTransfer = new DataTransfer();
    for (const { name, bytes } of sent) dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, sent);
}

/** A second of a tone, as WAV. */
export function tone(): Payload {
  const wave = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin(i / 9));
  return file("tone.wav", Buffer.from(encodeWav({ samples: ndarray(wave, [1, wave.length]), rate: 16_000 })));
}
