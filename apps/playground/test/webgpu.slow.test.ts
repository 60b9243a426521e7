/**
 * @file WebGPU by a software adapter: pages draw what they draw on wasm, and a family trains; where there is no device, or it is
 * lost, pages say so and go on.
 */
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { go, openSite, rested } from "./site.js";

const site = openSite({ alone: true });

/** What a page has drawn: its canvases in few grey cells. */
const drawing = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const context = new OffscreenCanvas(12, 12).getContext("2d", { willReadFrequently: true })!;
    return [...document.querySelectorAll("canvas")].flatMap((canvas) => {
      context.clearRect(0, 0, 12, 12);
      context.drawImage(canvas, 0, 0, 12, 12);
      const { data } = context.getImageData(0, 0, 12, 12);
      return Array.from({ length: 144 }, (_, i) => data[4 * i + 1]! + data[4 * i + 3]!);
    });
  });

/** Breaks the process that all graphics of the browser go through: a page loses its device as with a driver that fails. */
async function loseDevices(): Promise<void> {
  const session = await site.browser.newBrowserCDPSession();
  session.send("Browser.crashGpuProcess" as "Browser.close").catch(() => undefined); // it does not live to answer
}

/** Those whose loops are short; how far their drawings may be off on average, of 255. */
const PAGES = { vae: 1, gan: 1, flow: 1, "diffusion&steps=2": 2, "words&steps=2": 2 };

const spread = (x: readonly number[]): number => Math.max(...x) - Math.min(...x);

it("pages draw what they draw on wasm", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints, requests } = await site.open("?page=own", { reducedMotion: "reduce" });
  for (const [name, most] of Object.entries(PAGES)) {
    const drawn: number[][] = [];
    for (const device of ["wasm", "webgpu"]) {
      await go(page, "?page=own"); // which has nothing drawn
      await go(page, `?page=${name}&device=${device}`);
      await expect.poll(async () => spread(await drawing(page)), { timeout: 120_000 }).toBeGreaterThan(20);
      await rested(page);
      drawn.push(await drawing(page));
      expect(await page.locator(".runs-on [role=status], .error").allTextContents(), name).toEqual([]);
    }
    const [wasm, webgpu] = drawn as [number[], number[]];
    expect(webgpu.length, name).toBe(wasm.length);
    expect(apart(wasm, webgpu), name).toBeLessThan(most);
  }
  expect(requests.filter(({ url }) => url.includes("threaded.asyncify")).length, "the build with WebGPU, once").toBe(1);
  expect(complaints).toEqual([]);
  await page.close();
});

it("a model plays on when the graphics card is lost", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=gan&device=webgpu");
  await rested(page);
  const before = await drawing(page);
  await loseDevices();
  const said = page.getByText("It runs on wasm, since WebGPU failed: the browser lost the graphics card.");
  const seed = page.getByRole("spinbutton", { name: "Seed" });
  await expect
    .poll(
      async () => {
        await seed.fill(String(2 + Math.floor(Math.random() * 1000)));
        return said.count();
      },
      { timeout: 120_000, interval: 1000 },
    )
    .toBe(1);
  await seed.fill("1");
  await expect.poll(async () => apart(before, await drawing(page)), { timeout: 120_000 }).toBeLessThan(1);
  await page.getByRole("button", { name: "Try WebGPU again" }).waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

const apart = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + Math.abs(v - b[i]!), 0) / a.length;

it("a family trains, is exported, and goes on with wasm when the graphics card is lost", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=train&learns=vae&device=webgpu&steps=500&batchSize=128");
  const report = page.getByText(/^\d+ of 500 steps, /);
  /** Steps so far, and the mean of the last losses. */
  const reported = async (): Promise<readonly [steps: number, loss: number]> => {
    const [, steps, loss] = /^(\d+) of .*: (-?[\d.]+)/.exec((await report.textContent())!)!;
    return [Number(steps), Number(loss)];
  };
  const reaches = (least: number): Promise<void> =>
    expect.poll(async () => (await reported())[0], { timeout: 240_000, interval: 300 }).toBeGreaterThanOrEqual(least);
  await page.getByRole("button", { name: "Train" }).click();
  await page.getByText("Training on webgpu. It goes on while this tab is hidden.").waitFor({ timeout: 120_000 });
  await report.waitFor({ timeout: 240_000 });
  const [, first] = await reported();
  await reaches(75);
  expect((await reported())[1]).toBeLessThan(0.9 * first);

  await page.getByRole("button", { name: "Pause" }).click();
  const download = page.waitForEvent("download", { timeout: 240_000 });
  await page.getByRole("button", { name: "Export the VAE as ONNX" }).click(); // each file is held to the trainer on WebGPU
  expect((await download).suggestedFilename()).toMatch(/^vae-.*\.zip$/);
  await page.getByRole("button", { name: "Resume" }).click();

  await loseDevices();
  expect(await page.getByRole("alert").locator("p").textContent({ timeout: 120_000 })).toBe(
    "The browser lost the graphics card. What you see was copied from it, so none of that is lost: go on from there.",
  );
  const [kept] = await reported();
  await page.getByRole("button", { name: "Try WebGPU again" }).waitFor();
  await page.getByRole("button", { name: "Go on with wasm" }).click();
  await page.getByText("Training on wasm.").waitFor({ timeout: 120_000 });
  expect((await reported())[0]).toBeGreaterThanOrEqual(kept);
  await reaches(kept + 25);
  expect(complaints).toEqual([]);
  await page.close();
});

it.for([
  ["no WebGPU", "this browser has no WebGPU"],
  ["no adapter", "this browser finds no graphics adapter"],
])("goes on with wasm where there is %s, and says so", async ([what, why], { skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=own");
  await page.evaluate((what) => {
    if (what === "no WebGPU") Object.defineProperty(navigator, "gpu", { value: undefined });
    else navigator.gpu.requestAdapter = () => Promise.resolve(null);
  }, what);
  await go(page, "?page=gan&device=webgpu");
  await page.getByText(`It runs on wasm, since WebGPU failed: ${why!}.`).waitFor({ timeout: 120_000 });
  await rested(page);
  expect(Math.max(...(await drawing(page)))).toBeGreaterThan(100);
  expect(complaints).toEqual([]);
  await page.close();
});
