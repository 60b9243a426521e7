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
import { pictureCode } from "../src/link-codes.js";
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
/** From one to the next one thing changes. */
const SIGHTS = [
  { sight: "wide and light", size: WIDE, colorScheme: "light" },
  { sight: "wide and dark", size: WIDE, colorScheme: "dark" },
  { sight: "narrow and dark", size: PHONE, colorScheme: "dark" },
  { sight: "narrow and light", size: PHONE, colorScheme: "light" },
] as const;
/** How long nothing changes in a page that has opened its model, and in one that was only turned to another sight. */
const [OPENED, TURNED] = [700, 200];

/** A seven, and a part of it that is drawn anew. */
const inBox = (left: number, top: number, right: number, bottom: number) => (_: unknown, i: number) =>
  Number(i % 28 >= left && i % 28 < right && i >= 28 * top && i < 28 * bottom);
const bars = [inBox(7, 5, 20, 8), inBox(17, 8, 20, 23)];
const seven = Float32Array.from({ length: 784 }, (_, i) => Math.max(...bars.map((bar) => bar(_, i))));
const part = Float32Array.from({ length: 784 }, inBox(10, 14, 22, 18));
const PIXELS = `?page=pixels&picture=${pictureCode(seven)}&cover=${pictureCode(part)}`;

/** Pages whose models are opened with them; steps and pixels are few where there are many. */
const PLAY = [
  ...["", "?page=vae", "?page=gan", "?page=flow", "?page=diffusion&steps=2", "?page=words&steps=2", "?page=gpt"],
  ...["?page=chorales", "?page=emoji", PIXELS],
];
const LEARN = ["?page=train", "?page=own", "?page=compare", "?page=understand&family=gan&graph=step"];

it.for([...PLAY, ...LEARN])("%s", async (search, { skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints, requests } = await site.open(search, { viewport: WIDE, reducedMotion: "reduce" });
  await expect.poll(() => drawn(page), { timeout: 120_000, interval: 500 }).toBeGreaterThan(0);
  await settled(page, OPENED);
  expect(await shiftsOf(page)).toBeLessThan(0.05);

  const engine = requests.filter(({ url }) => url.endsWith(".wasm"));
  expect(engine.length > 0, "ONNX Runtime").toBe(PLAY.includes(search));
  for (const { at } of engine) expect(at).toBeGreaterThan(await paintedAt(page));
  expect(await codeOf(page)).toBeLessThan(250_000);

  const seen: Record<string, string> = {};
  for (const { sight, size, colorScheme } of SIGHTS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    seen[sight] = await settled(page, TURNED);
    if (sight === "wide and light" || sight === "narrow and dark") expect(await violations(page), sight).toEqual([]);
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, "pixels that stick out to the side").toBeLessThanOrEqual(0);
  if (isWriting) looks[search] = seen;
  const strange = Object.keys(seen).filter((sight) => !isAlike(seen[sight]!, looks[search]![sight] ?? ""));
  expect(strange, "looks other than it did").toEqual([]);

  const set = await changed(page);
  await page.goto(page.url());
  await expect.poll(() => settingsOf(page)).toEqual(set);
  expect(complaints).toEqual([]);
  await page.close();
});

it("says what of a link it cannot read, and opens", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=train&steps=0&gan.loss=hinges&strokes=AA&shape=rings");
  const said = async (): Promise<string[]> => {
    const sentences = await page.getByRole("alert").locator("li").allTextContents();
    return sentences.map((sentence) => sentence.replace(/: expected .*, got /, " "));
  };
  await expect.poll(said).toEqual(["strokes AA", "steps 0", "gan.loss hinges"]);
  expect(await page.getByLabel("Density").inputValue()).toBe("rings");
  await page.getByLabel("Steps", { exact: true }).fill("1.5");
  await page.getByText("Steps: expected a whole number ≥ 1, got 1.5").waitFor();
  await page.getByRole("button", { name: "Train" }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"))).toBe("true");
  await page.getByLabel("Steps", { exact: true }).fill("700");
  await expect.poll(() => page.url()).toContain("steps=700");
  expect(await said()).toEqual(["strokes AA", "gan.loss hinges"]);
  await page.goto(page.url().replace("page=train", "page=trains"));
  await page.getByText(/^page: expected one of home, vae, .*, got trains$/).waitFor();
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
