/** @file The pages on WebGPU, by a software adapter: all that play draw and one trains; without WebGPU they say so and go on. */
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { expect, it } from "vitest";
import { drawn } from "./looks.js";
import { openSite } from "./site.js";

const site = openSite();

const PAGES = ["vae", "gan", "flow", "diffusion&steps=2", "words&steps=2", "gpt", "pixels", "chorales", "emoji"];

/** To another page of the site, whose worker stays. */
const go = (page: Page, search: string): Promise<void> =>
  page.evaluate((search) => {
    history.pushState(null, "", search);
    dispatchEvent(new PopStateEvent("popstate"));
  }, search);

it("every page that plays draws", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints, requests } = await site.open("?page=own");
  for (const name of PAGES) {
    await go(page, `?page=${name}&device=webgpu`);
    await expect.poll(() => drawn(page), { timeout: 240_000, interval: 500 }).toBeGreaterThan(0);
    expect(await page.locator(".runs-on [role=status], .error").allTextContents(), name).toEqual([]);
  }
  expect(
    requests.filter(({ url }) => url.endsWith(".wasm")).map(({ url }) => /threaded\.(\w+)-/.exec(url)?.[1]),
  ).toEqual([
    "asyncify", // the build with WebGPU, once
  ]);
  expect(complaints).toEqual([]);
  await page.close();
});

it("a family trains", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=train&device=webgpu&batch=128");
  await page.getByRole("button", { name: "Train" }).click();
  await page.getByText("Training on webgpu").waitFor({ timeout: 120_000 });
  await page
    .getByText(/^25 of 1500 steps,/)
    .first()
    .waitFor({ timeout: 400_000 }); // the others take their turns after it
  expect(await page.getByRole("alert").count()).toBe(0);
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
    else if (what === "no adapter") navigator.gpu.requestAdapter = () => Promise.resolve(null);
  }, what);
  await go(page, "?page=gan&device=webgpu");
  await page.getByText(`It runs on wasm: WebGPU cannot run this model here (${why!})`).waitFor({ timeout: 120_000 });
  await expect.poll(() => drawn(page), { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
  await page.close();
});
