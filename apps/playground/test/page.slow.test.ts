/** @file The bundled page in Chromium: five families learn in it, without a complaint of the browser or of axe. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, missing } from "@gen/vitest/chromium";
import type { Browser, Page } from "playwright";
import { build, preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

const root = join(import.meta.dirname, "..");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

/** A page, and what went wrong in it so far. */
async function open(search: string, scheme: "light" | "dark"): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ colorScheme: scheme });
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (line) => complaints.push(line.text()));
  page.on("request", (request) => {
    const { origin } = new URL(page.url());
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin && origin !== "null")
      complaints.push(`asked for ${request.url()}`);
  });
  await page.goto(`${server.resolvedUrls!.local[0]!}${search}`);
  return { page, complaints };
}

/** What axe finds against WCAG 2 AA. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
  });
}

/** The pages of this site that learn and tell, and what is there once they are. */
const PAGES = [
  ["?page=train", "button.primary"],
  ["?page=compare", ".intervals canvas"],
  ["?page=understand&family=vae&graph=density", ".graph .node"],
  ["?page=understand&family=gan&graph=step", ".graph .node"],
] as const;
const SCHEMES = ["light", "dark"] as const;

it.for(SCHEMES.flatMap((scheme) => PAGES.map(([search, shown]) => ({ scheme, search, shown }))))(
  "$search meets WCAG 2 AA in $scheme colours",
  async ({ scheme, search, shown }, { skip }) => {
    if (missing !== undefined) skip(missing);
    const { page, complaints } = await open(search, scheme);
    await page.locator(shown).first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  },
);

it("shows a graph whose nodes can be asked, by pointer and by keys", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await open("?page=understand&family=vae&graph=density", "light");
  await page.locator(".graph .node").first().waitFor();
  const said = (): Promise<string | null> => page.locator(".details").textContent();
  const first = await said();
  await page.locator(".graph").focus();
  await page.keyboard.press("ArrowUp");
  await expect.poll(said).not.toBe(first);
  await page.locator(".graph .node", { hasText: "scan" }).click();
  await expect.poll(said).toMatch(/^operatorscan/);
  expect(complaints).toEqual([]);
  await page.close();
});

it("trains five families, pauses, exports one, goes on, stops, and takes the export back", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await open("?page=train&device=wasm&shape=rings", "light");
  expect(await page.getByRole("combobox", { name: /^Density/ }).inputValue()).toBe("rings");
  await page.getByRole("button", { name: "Train" }).click();
  await expect.poll(() => page.getByText(/^\d+ of 1500 steps,/).count(), { timeout: 300_000 }).toBe(5);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText(/^Paused, on wasm/).waitFor();
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export the GAN as ONNX" }).click();
  const zip = join(folder, "gan-rings.zip");
  await (await download).saveAs(zip);
  await page.getByText(/gan-rings\.zip: 3 ONNX files/).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page
    .getByText(/^75 of 1500 steps/)
    .first()
    .waitFor({ timeout: 300_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("button", { name: "Train" }).waitFor();
  const files = page.locator("input[type=file]");
  await files.setInputFiles(zip);
  await page.getByText(/the GAN begins with these weights, at step \d+/).waitFor();
  await files.setInputFiles({ name: "notes.onnx", mimeType: "", buffer: Buffer.from("Once upon a time") });
  await page.getByText(/notes\.onnx: /).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});
