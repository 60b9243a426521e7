/** @file The plane on a canvas: a map of a density, points over it, and a line that was drawn. */

/** What is seen of the plane reaches so far from its middle. */
export const REACH = 3;
/** Cells along each side of the map of a density. */
export const CELLS = 48;

export interface Plane {
  /** [x, y] after [x, y]. */
  readonly points: ArrayLike<number>;
  /** A colour of its own for each point. @default that of the page */
  readonly colours?: readonly string[];
  /** log p of the {@link cells}. */
  readonly logDensity?: Float32Array;
  /** [x, y] after [x, y], joined. */
  readonly line?: ArrayLike<number>;
}

/** Colours that follow the page's theme. */
export interface Ink {
  readonly ground: string;
  readonly points: string;
  readonly line: string;
  /** Red, green and blue of a density at its highest. */
  readonly density: readonly [number, number, number];
}

/** The middles of the cells of the map, row by row from the lower left: [x, y] after [x, y]. */
export function cells(): Float32Array<ArrayBuffer> {
  const at = (i: number): number => ((i + 0.5) / CELLS) * 2 * REACH - REACH;
  return Float32Array.from({ length: 2 * CELLS * CELLS }, (_, i) => {
    const cell = Math.floor(i / 2);
    return at(i % 2 === 0 ? cell % CELLS : Math.floor(cell / CELLS));
  });
}

export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const density = style.getPropertyValue("--density").trim().split(/\s+/).map(Number);
  return {
    ground: style.getPropertyValue("--plot"),
    points: style.getPropertyValue("--points"),
    line: style.getPropertyValue("--accent"),
    density: [density[0] ?? 0, density[1] ?? 0, density[2] ?? 0],
  };
}

/** Draws at the canvas's own resolution; y points up. */
export function drawPlane(canvas: HTMLCanvasElement, { points, colours, logDensity, line }: Plane): void {
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
    if (colours !== undefined) context.fillStyle = colours[i / 2]!;
    context.fillRect(x - dot / 2, y - dot / 2, dot, dot);
  }
  if (line === undefined) return;
  context.strokeStyle = ink.line;
  context.lineWidth = size / 120;
  context.beginPath();
  for (let i = 0; i + 1 < line.length; i += 2) context.lineTo(...placed(line[i]!, line[i + 1]!, size));
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
