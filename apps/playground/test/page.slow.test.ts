/** @file The bundled page in Chromium: five families learn in it, without a complaint of the browser or of axe. */
import { join } from "node:path";
import { missing } from "@gen/vitest/chromium";
import { expect, it } from "vitest";
import { openSite, violations } from "./site.js";

const site = openSite();

it("shows a graph whose nodes can be asked, by pointer and by keys", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=understand&family=vae&graph=density");
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
  const { page, complaints } = await site.open("?page=train&device=wasm&shape=rings");
  expect(await page.getByRole("combobox", { name: /^Density/ }).inputValue()).toBe("rings");
  await page.getByRole("button", { name: "Train" }).click();
  await expect.poll(() => page.getByText(/^\d+ of 1500 steps,/).count(), { timeout: 300_000 }).toBe(5);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText(/^Paused, on wasm/).waitFor();
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export the GAN as ONNX" }).click();
  const zip = join(site.folder, "gan-rings.zip");
  await (await download).saveAs(zip);
  await page.getByText(/gan-rings\.zip: 4 ONNX files/).waitFor();
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

it("opens again without a connection, with the model that was played with", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page } = await site.open("?page=flow", { serviceWorkers: "allow" });
  const ready = (): Promise<void> => page.getByText(/log p\(x\) .* nats/).waitFor({ timeout: 120_000 });
  await ready();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.context().setOffline(true);
  await page.reload();
  await ready();
  await page.goto(page.url().replace("page=flow", "page=gan"));
  await page.getByText(/cannot fetch .*gan.*: the connection failed/).waitFor();
  await page.close();
});
