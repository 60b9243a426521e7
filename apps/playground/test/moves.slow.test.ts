/** @file The start page moves: a model draws within three seconds of the first paint; unasked only where motion is welcome. */
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { openSite } from "./site.js";

const site = openSite();
/** Milliseconds. */
const SOON = 3000;

/** Makes a page write down when its first canvas looked otherwise than before: blank, drawn, moved, … */
function watch(): void {
  const changes: number[] = ((globalThis as unknown as { changes: number[] }).changes = []);
  let before = "";
  const look = (): void => {
    const now = document.querySelector("canvas")?.toDataURL() ?? "";
    if (now !== before) changes.push(performance.now());
    before = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const changesOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { changes: number[] }).changes);

it.for([
  ["a wide window", { width: 1280, height: 800 }],
  ["a phone", { width: 400, height: 800 }],
] as const)("in %s", { retry: 2 }, async ([, viewport], { skip }) => {
  if (missing !== undefined) skip(missing);
  const { page } = await site.open("?page=own", { viewport });
  await page.addInitScript(watch);
  await page.goto(new URL("?", page.url()).href);
  await expect.poll(async () => (await changesOf(page)).length, { timeout: 60_000 }).toBeGreaterThan(3);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]!.startTime);
  const [, , moved] = await changesOf(page);
  await page.close();
  expect(moved! - paint).toBeLessThan(SOON);
});

it("stands still where less motion is asked for, until it is told to move", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page } = await site.open("?page=own", { reducedMotion: "reduce" });
  await page.addInitScript(watch);
  await page.goto(new URL("?", page.url()).href);
  await page.getByRole("button", { name: "Move" }).waitFor({ timeout: 60_000 });
  await expect.poll(() => changesOf(page), { timeout: 60_000 }).toHaveLength(2);
  await page.waitForTimeout(700);
  expect(await changesOf(page)).toHaveLength(2);
  await page.getByRole("button", { name: "Move" }).click();
  await expect.poll(async () => (await changesOf(page)).length, { timeout: 60_000 }).toBeGreaterThan(4);
  await page.close();
});
