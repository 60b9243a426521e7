/** @file The start page moves: a model draws within three seconds of the first paint; unasked only where motion is welcome. */
import { missing } from "@gen/vitest/chromium";
import type { CDPSession, Page } from "playwright";
import { expect, it } from "vitest";
import { openSite } from "./site.js";

const site = openSite();
/** Seconds. */
const SOON = 3;
/** Looks of a canvas: blank, drawn, moved. */
const MOVED = 3;

/** Makes a page write down when its first canvas looked otherwise than before, and stop when it has moved so often. */
function watch(most: number): void {
  const changes: number[] = ((globalThis as unknown as { changes: number[] }).changes = []);
  const next = window.requestAnimationFrame.bind(window);
  let before = "";
  const look = (): void => {
    const now = document.querySelector("canvas")?.toDataURL() ?? "";
    if (now !== before) changes.push(performance.now());
    before = now;
    if (changes.length < most) next(look);
    else window.requestAnimationFrame = () => 0;
  };
  next(look);
}

const changesOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { changes: number[] }).changes);

it.for([
  ["a wide window", { width: 1280, height: 800 }],
  ["a phone", { width: 400, height: 800 }],
] as const)("in %s", async ([, viewport], { skip }) => {
  if (missing !== undefined) skip(missing);
  const { page } = await site.open("?page=own", { viewport });
  await page.addInitScript(watch, MOVED);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const spent = await processSeconds(session);
  await page.goto(new URL("?", page.url()).href);
  await expect.poll(() => changesOf(page), { timeout: 120_000 }).toHaveLength(MOVED);
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]!.startTime);
  const waited = ((await changesOf(page)).at(-1)! - paint) / 1000;
  // Where a machine has other things to do, what the page and its workers took of the processor stands for the time.
  const took = (await processSeconds(session)) - spent;
  await page.close();
  expect(Math.min(waited, took)).toBeLessThan(SOON);
});

async function processSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "ProcessTime")!.value;
}

it("stands still where less motion is asked for, until it is told to move", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page } = await site.open("?page=own", { reducedMotion: "reduce" });
  await page.addInitScript(watch, 6);
  await page.goto(new URL("?", page.url()).href);
  await page.getByRole("button", { name: "Move" }).waitFor({ timeout: 60_000 });
  await expect.poll(() => changesOf(page), { timeout: 60_000 }).toHaveLength(2);
  await page.waitForTimeout(700);
  expect(await changesOf(page)).toHaveLength(2);
  await page.getByRole("button", { name: "Move" }).click();
  await expect.poll(async () => (await changesOf(page)).length, { timeout: 60_000 }).toBeGreaterThan(4);
  await page.close();
});
