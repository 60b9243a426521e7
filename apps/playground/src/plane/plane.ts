/** @file The plane on a canvas: a map of the density, and points over it. */
import { CELLS } from "./course.js";
import { REACH } from "./densities.js";

export interface Plane {
  /** [x, y] after [x, y]. */
  readonly points: ArrayLike<number>;
  readonly logDensity?: Float32Array;
  /** A point to point out. */
  readonly mark?: readonly [x: number, y: number];
}

/** Colours that follow the page's theme. */
export interface Ink {
  readonly ground: string;
  readonly points: string;
  readonly mark: string;
  /** Red, green and blue of a density at its highest. */
  readonly density: readonly [number, number, number];
}

export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const density = style.getPropertyValue("--density").trim().split(/\s+/).map(Number);
  return {
    ground: style.getPropertyValue("--plot"),
    points: style.getPropertyValue("--points"),
    mark: style.getPropertyValue("--accent"),
    density: [density[0] ?? 0, density[1] ?? 0, density[2] ?? 0],
  };
}

/** Draws at the canvas's own resolution; y points up. */
export function drawPlane(canvas: HTMLCanvasElement, { points, logDensity, mark }: Plane): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ink = inkOf(canvas);
  const size = canvas.width;
  context.fillStyle = ink.ground;
  context.fillRect(0, 0, size, size);
  if (logDensity !== undefined) drawDensity(context, logDensity, ink);
  context.fillStyle = ink.points;
  const dot = Math.max(1, size / 160);
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = placed(points[i]!, points[i + 1]!, size);
    context.fillRect(x - dot / 2, y - dot / 2, dot, dot);
  }
  if (mark === undefined) return;
  context.strokeStyle = ink.mark;
  context.lineWidth = size / 120;
  context.beginPath();
  context.arc(...placed(...mark, size), size / 40, 0, 2 * Math.PI);
  context.stroke();
}

function placed(x: number, y: number, size: number): [number, number] {
  return [((x + REACH) / (2 * REACH)) * size, ((REACH - y) / (2 * REACH)) * size];
}

/** The root of p/max p as opacity: faint tails are seen beside peaks. */
export function opacities(logDensity: Float32Array): Float32Array {
  const most = logDensity.reduce((a, b) => (Number.isFinite(b) && b > a ? b : a), -Infinity);
  return logDensity.map((v) => (Number.isFinite(v) ? Math.exp(0.5 * (v - most)) : 0));
}

function drawDensity(context: CanvasRenderingContext2D, logDensity: Float32Array, { density: [r, g, b] }: Ink): void {
  const picture = new ImageData(CELLS, CELLS);
  opacities(logDensity).forEach((opacity, cell) => {
    const row = CELLS - 1 - Math.floor(cell / CELLS);
    picture.data.set([r, g, b, Math.round(220 * opacity)], 4 * (row * CELLS + (cell % CELLS)));
  });
  const small = new OffscreenCanvas(CELLS, CELLS);
  small.getContext("2d")?.putImageData(picture, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, context.canvas.width, context.canvas.height);
}
