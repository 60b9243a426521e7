/** @file Pages over time: memory over many interactions, pages that cannot keep anything, tabs that are hidden. */
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { drawn } from "./looks.js";
import { go, openSite } from "./site.js";

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

/** Pages, and a part of each that keys move; steps are few where there are many. */
const PLACES = [
  ["?page=vae", "[aria-label^='Plane of the latent space']"],
  ["?page=gan", "input[type=range] >> nth=0"],
  ["?page=flow", "[aria-label^='Data;']"],
  ["?page=diffusion&steps=2", "input[type=range] >> nth=0"],
  ["?page=words&steps=2", "input[type=range] >> nth=0"],
  ["?page=gpt", "input[type=range] >> nth=0"],
  ["?page=pixels", "input[type=number]"],
  ["?page=chorales", "input[type=range] >> nth=1"],
  ["?page=emoji", "input[type=number]"],
] as const;
/** Rounds over the pages until all that lasts is there, and rounds that are measured; interactions on a page in each. */
const [FIRST, ROUNDS, TIMES] = [2, 4, 14];

it("holds no more memory after 500 interactions, and closes the models of pages that are left", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=own", { reducedMotion: "reduce" });
  await page.addInitScript(count);
  await page.reload();
  const round = async (): Promise<void> => {
    for (const [search, moved] of PLACES) {
      await go(page, search);
      await page.locator(".runs-on").waitFor({ timeout: 60_000 });
      for (let i = 0; i < TIMES; i++) await page.locator(moved).press(i % 10 < 5 ? "ArrowUp" : "ArrowDown");
    }
  };
  for (let i = 0; i < FIRST; i++) await round();
  const before = await memoryOf(page);
  for (let i = 0; i < ROUNDS; i++) await round();
  const after = await memoryOf(page);
  await go(page, "?page=own");
  const all = PLACES.length * (FIRST + ROUNDS);
  await expect.poll(async () => (await countsOf(page)).close, { timeout: 60_000 }).toBe(all);
  const counts = await countsOf(page);
  expect(counts.open).toBe(all);
  expect(counts.run).toBeGreaterThan(5 * all);
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
  await page
    .getByText(/This browser has no room to keep the model: it works, and is fetched again next time\. Free/)
    .waitFor();
  expect(await page.evaluate(() => caches.match("index.html"))).toBeUndefined();
  expect(complaints).toEqual([]);
  await page.close();
});

/** Tells a page that its tab is hidden, or seen: a browser without a window has no tabs to bring to the front. */
const hide = (page: Page, isHidden: boolean): Promise<void> =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);

it("trains on in a tab that is hidden, and shows it on return; a frozen one goes on where it was", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=train&learns=autoregressive&device=wasm&steps=4000");
  await page.getByRole("button", { name: "Train" }).click();
  await page.getByText("Training on wasm. It goes on while this tab is hidden.").waitFor({ timeout: 60_000 });
  const report = page.getByText(/^\d+ of 4000 steps, /);
  const steps = async (): Promise<number> => Number.parseInt((await report.textContent({ timeout: 60_000 }))!);
  await steps();
  expect(await page.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name))).toEqual([
    "training",
  ]);
  const worked = await page.evaluateHandle(() => ({ asked: 0 }));
  await page.evaluate((worked) => {
    const before = Object.getOwnPropertyDescriptor(Worker.prototype, "postMessage")!.value as (m: unknown) => void;
    Worker.prototype.postMessage = function (this: Worker, ...sent: [unknown]) {
      worked.asked++;
      before.apply(this, sent);
    };
  }, worked);
  await hide(page, true);
  const left = await steps();
  await expect.poll(() => worked.evaluate(({ asked }) => asked), { timeout: 60_000 }).toBeGreaterThan(20);
  expect(await steps()).toBe(left);
  await hide(page, false);
  await expect.poll(steps).toBeGreaterThan(left);
  await page.getByText(/^Training on wasm\..*While this tab was hidden it took \d+ steps\.$/).waitFor();

  const session = await page.context().newCDPSession(page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await session.send("Page.setWebLifecycleState", { state: "active" });
  const thawed = await steps();
  await expect.poll(steps, { timeout: 60_000 }).toBeGreaterThan(thawed);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held?.length)).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});
