/**
 * @file Every page once, in the bundled site: it shows something, without a complaint of the browser or of axe; it fetches what
 * it should and no more; nothing moves about while it comes; it looks as it did; and its address says what was set.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { missing } from "@gen/vitest/chromium";
import type { Page } from "playwright";
import { afterAll, expect, it } from "vitest";
import { drawn, isAlike, settled } from "./looks.js";
import { openSite, root, violations } from "./site.js";

const site = openSite();

/** Looks by page; `GEN_LOOKS=write` writes them anew. */
const PLACE = join(root, "test/looks.json");
const looks = JSON.parse(await readFile(PLACE, "utf8")) as Record<string, Record<string, string>>;
const isWriting = process.env["GEN_LOOKS"] === "write";
afterAll(async () => {
  if (isWriting) await writeFile(PLACE, `${JSON.stringify(looks, null, 2)}\n`);
});

const [WIDE, PHONE] = [
  { width: 1280, height: 800 },
  { width: 400, height: 800 },
];

/** Pages whose models are opened with them; steps are few where there are many. */
const PLAY = [
  ...["", "?page=vae", "?page=gan", "?page=flow", "?page=diffusion&steps=2", "?page=words&steps=2", "?page=gpt"],
  ...["?page=chorales", "?page=emoji", "?page=pixels"],
];
const LEARN = ["?page=train", "?page=own", "?page=compare", "?page=understand&family=gan&graph=step"];

it.for([...PLAY, ...LEARN])("%s", async (search, { skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints, requests } = await site.open(search, { viewport: WIDE, reducedMotion: "reduce" });
  await expect.poll(() => drawn(page), { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
  const wide = await settled(page);
  expect(await violations(page), "in light colours").toEqual([]);
  expect(await shiftsOf(page)).toBeLessThan(0.05);

  const engine = requests.filter(({ url }) => url.endsWith(".wasm"));
  expect(engine.length > 0, "ONNX Runtime").toBe(PLAY.includes(search));
  for (const { at } of engine) expect(at).toBeGreaterThan(await paintedAt(page));
  expect(await codeOf(page)).toBeLessThan(250_000);

  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(PHONE);
  const phone = await settled(page);
  expect(await violations(page), "in dark colours").toEqual([]);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, "pixels that stick out to the side").toBeLessThanOrEqual(0);
  if (isWriting) looks[search] = { wide, phone };
  expect(isAlike(wide, looks[search]!["wide"]!), "wide and light, as it looked").toBe(true);
  expect(isAlike(phone, looks[search]!["phone"]!), "narrow and dark, as it looked").toBe(true);

  const set = await changed(page);
  await page.goto(page.url());
  await expect.poll(() => settingsOf(page)).toEqual(set);
  expect(complaints).toEqual([]);
  await page.close();
});

/** How far things moved by themselves, as browsers count it. */
function shiftsOf(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        new PerformanceObserver((list) => {
          const shifts = list.getEntries() as unknown as { readonly value: number }[];
          done(shifts.reduce((sum, { value }) => sum + value, 0));
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(0), 500);
      }),
  );
}

/** When something was seen for the first time, in milliseconds since 1970. */
function paintedAt(page: Page): Promise<number> {
  return page.evaluate(
    () => performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0]!.startTime,
  );
}

/** Bytes of our code that the page has fetched so far, gzipped. Workers hold ONNX Runtime. */
async function codeOf(page: Page): Promise<number> {
  const paths = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
  );
  const ours = paths.filter((path) => path.endsWith(".js") && !path.includes("/on-wasm-"));
  expect(ours.length).toBeGreaterThan(0);
  const sizes = await Promise.all(ours.map(async (path) => gzipSync(await readFile(join(site.folder, path))).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What is a tool of the moment, and no setting; and where models run, which webgpu.slow.test.ts sets. */
const TOOLS: readonly string[] = ["Look at step", "Pointer", "The letter", "File", "Runs on"];

/** All that may be set: what it is called and where, its kind, and what it is. */
async function fieldsOf(page: Page) {
  const locators = await page.locator("main input:not([type=file]), main select").all();
  const fields = locators.map(async (locator) => {
    const about = await locator.evaluate((field: HTMLInputElement | HTMLSelectElement) => ({
      label: field.labels?.[0]?.firstChild?.textContent ?? "",
      place: field.closest("section")?.querySelector("h2")?.textContent ?? "",
      kind: field.inputMode === "" ? field.type : "numbers",
      value: field instanceof HTMLInputElement && field.type === "checkbox" ? String(field.checked) : field.value,
      isOpen: !field.disabled,
      isAtEnd: field instanceof HTMLInputElement ? field.value === field.max : field.selectedIndex === 1,
    }));
    return { locator, name: `${about.label} of ${about.place}`, ...about };
  });
  return (await Promise.all(fields)).filter(({ label }) => !TOOLS.includes(label));
}

async function settingsOf(page: Page): Promise<Record<string, string>> {
  const fields = await fieldsOf(page);
  return Object.fromEntries(fields.filter(({ isOpen }) => isOpen).map(({ name, value }) => [name, value]));
}

/** Sets all that may be set to something else. @returns what it is then */
async function changed(page: Page): Promise<Record<string, string>> {
  const before = await settingsOf(page);
  await page.evaluate(() =>
    document.querySelectorAll(".options").forEach((options) => options.setAttribute("open", "")),
  );
  for (const { locator, kind, value, isAtEnd } of await fieldsOf(page)) {
    if (await locator.isDisabled()) continue; // another setting leaves it without effect
    if (kind === "range") await locator.press(isAtEnd ? "ArrowLeft" : "ArrowRight");
    else if (kind === "number") await locator.fill("17");
    else if (kind === "numbers") await locator.fill(twice(value));
    else if (kind === "checkbox") await locator.click();
    else if (kind === "text") await locator.fill("Abc");
    else await locator.selectOption({ index: isAtEnd ? 0 : 1 });
  }
  await page.waitForTimeout(500); // the address follows
  const set = await settingsOf(page);
  expect(Object.keys(set).filter((name) => set[name] === before[name])).toEqual([]);
  return set;
}

/** Other numbers in place of those of a text. */
function twice(text: string): string {
  return text
    .split(",")
    .map((word) => 2 * Number(word) || 17)
    .join();
}
