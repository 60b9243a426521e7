/** @file How a page looks, in few numbers: the brightness of cells of its window. */
import type { Page } from "playwright";

/** Pixels of a cell along a side. */
const CELL = 40;
/** How far a cell may be off, of 255, and how many cells may be farther off: letters differ between machines. */
const [TOLERANCE, MOST] = [20, 0.02];

/** One byte a cell, row by row, in base64. */
export async function looksOf(page: Page): Promise<string> {
  const bytes = (await page.screenshot({ animations: "disabled", caret: "hide" })).toString("base64");
  const cells = await page.evaluate(
    async ([bytes, side]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${bytes}`;
      await image.decode();
      const [width, height] = [Math.round(image.width / side), Math.round(image.height / side)];
      const context = new OffscreenCanvas(width, height).getContext("2d")!;
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, i) =>
        Math.round(0.3 * data[4 * i]! + 0.59 * data[4 * i + 1]! + 0.11 * data[4 * i + 2]!),
      );
    },
    [bytes, CELL] as const,
  );
  return Buffer.from(cells).toString("base64");
}

/** What is shown when no model works and nothing changes any more. @param pause in which nothing changes, in milliseconds */
export async function settled(page: Page, pause: number): Promise<string> {
  const looksNow = async (): Promise<string> => {
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null, undefined, {
      timeout: 120_000,
    });
    return looksOf(page);
  };
  for (let before = await looksNow(); ;) {
    await page.waitForTimeout(pause);
    const now = await looksNow();
    if (now === before) return now;
    before = now;
  }
}

/** Whether two looks are of one page. */
export function isAlike(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, "base64"), Buffer.from(other, "base64")];
  const off = a.filter((v, i) => Math.abs(v - b[i]!) > TOLERANCE).length;
  return a.length === b.length && off <= MOST * a.length;
}

/** Drawings with notes, and what else there is to see. */
const SHOWN = ".roll rect, .chances meter[value]:not([value='0']), .graph .node, .learned .card";
/** How much there is to see: canvases that are not blank, and the like. */
export const drawn = (page: Page): Promise<number> =>
  page.evaluate((shown) => {
    const isVaried = (canvas: HTMLCanvasElement): boolean => {
      const blank = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      return canvas.toDataURL() !== blank.toDataURL();
    };
    const canvases = [...document.querySelectorAll("canvas")].filter(isVaried).length;
    return canvases + document.querySelectorAll(shown).length;
  }, SHOWN);
