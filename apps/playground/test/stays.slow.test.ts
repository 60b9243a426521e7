/** @file Memory over many interactions, and pages that cannot keep anything. */
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { drawn } from "./looks.js";
import { openSite } from "./site.js";

const site = openSite();

/** Megabytes that the page and its workers hold after a collection, the memory of wasm among them. */
function memoryOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const measured = performance as Performance & {
      measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
    };
    return (await measured.measureUserAgentSpecificMemory()).bytes / 1e6;
  });
}

/** Counts the models that a page opens, and those that it closes. */
function count(): void {
  const counts = ((globalThis as { counts?: Record<string, number> }).counts = { open: 0, run: 0, close: 0 });
  const send = Object.getOwnPropertyDescriptor(Worker.prototype, "postMessage")!.value as (message: unknown) => void;
  Worker.prototype.postMessage = function (this: Worker, message: { readonly do?: keyof typeof counts }) {
    if (message.do !== undefined) counts[message.do]++;
    send.call(this, message);
  };
}

const countsOf = (page: Page): Promise<Record<"open" | "run" | "close", number>> =>
  page.evaluate(() => (globalThis as unknown as { counts: Record<"open" | "run" | "close", number> }).counts);

/** Three pages, and a part of each that keys move. */
const PLACES = [
  { link: "VAE", moved: "[aria-label^='Plane of the latent space']", times: 20 },
  { link: "GAN", moved: "input[type=range] >> nth=0", times: 15 },
  { link: "Flow", moved: "[aria-label^='Data;']", times: 15 },
];

it("holds no more memory after 500 interactions, and closes the models of pages that are left", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=own", { reducedMotion: "reduce" });
  await page.addInitScript(count);
  await page.reload();
  const round = async (): Promise<void> => {
    for (const { link, moved, times } of PLACES) {
      await page.getByRole("link", { name: link, exact: true }).first().click();
      await expect.poll(() => drawn(page), { timeout: 60_000 }).toBeGreaterThan(0);
      for (let i = 0; i < times; i++) await page.locator(moved).press(i % 10 < 5 ? "ArrowLeft" : "ArrowRight");
    }
  };
  await round();
  await round();
  const before = await memoryOf(page);
  for (let i = 0; i < 10; i++) await round();
  const after = await memoryOf(page);
  await page.getByRole("link", { name: "Your data" }).click();
  await expect.poll(async () => (await countsOf(page)).close, { timeout: 60_000 }).toBe(3 * 12);
  const counts = await countsOf(page);
  expect(counts.open).toBe(counts.close);
  expect(counts.run).toBeGreaterThan(100);
  expect(after).toBeLessThan(1.1 * before + 5);
  expect(complaints).toEqual([]);
  await page.close();
});

it("plays though there is no room to keep anything", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=own", { serviceWorkers: "allow" });
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize: 1000 });
  await page.goto(new URL("?page=gan", page.url()).href);
  await expect.poll(() => drawn(page), { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
  expect(await page.evaluate(() => caches.match("index.html"))).toBeUndefined();
  expect(complaints).toEqual([]);
  await page.close();
});
