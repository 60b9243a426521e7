/** @file Many pictures in one. */
import { GenError, type NdArray } from "@gen/core";

/** Bytes ready for a file: row-major, channels interleaved. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB, 4 RGB and opacity. */
  readonly channels: 1 | 3 | 4;
}

export interface GridOptions {
  /** @default the square root of how many there are, rounded up */
  readonly columns?: number;
  /** Pixels between the pictures and around them all. @default 2 */
  readonly gap?: number;
  /** Of the gaps and of empty places, 0..255. @default 0 */
  readonly background?: number;
  /** Each pixel becomes a square of so many. @default 1 */
  readonly scale?: number;
}

/**
 * Pictures side by side, in reading order.
 *
 * @param images [N, C, H, W] with C 1, 3 or 4: u8 in 0..255, or f32 intensity in [0, 1]; what lies outside is clamped
 * @throws GenError `shape`, `dtype` or `range` for anything else, `numeric` for NaN.
 */
export function grid(images: NdArray, options: GridOptions = {}): Picture {
  const [n, channels, height, width] = checkImages(images);
  const columns = wholeNumber("columns", options.columns ?? Math.ceil(Math.sqrt(n)), 1);
  const gap = wholeNumber("gap", options.gap ?? 2, 0);
  const scale = wholeNumber("scale", options.scale ?? 1, 1);
  const background = wholeNumber("background", options.background ?? 0, 0, 255);
  const rows = Math.ceil(n / columns);
  const across = columns * (width * scale + gap) + gap;
  const down = rows * (height * scale + gap) + gap;

  const data = new Uint8Array(across * down * channels).fill(background);
  const value = images.dtype === "u8" ? (i: number) => Number(images.data[i]) : (i: number) => intensity(images, i);
  for (let i = 0; i < n; i++) {
    const left = gap + (i % columns) * (width * scale + gap);
    const top = gap + Math.floor(i / columns) * (height * scale + gap);
    for (let c = 0; c < channels; c++) {
      const plane = (i * channels + c) * height * width;
      for (let y = 0; y < height * scale; y++) {
        for (let x = 0; x < width * scale; x++) {
          const from = plane + Math.floor(y / scale) * width + Math.floor(x / scale);
          data[((top + y) * across + left + x) * channels + c] = value(from);
        }
      }
    }
  }
  return { data, width: across, height: down, channels };
}

function intensity(images: NdArray, i: number): number {
  const value = Number(images.data[i]);
  if (Number.isNaN(value))
    throw new GenError("numeric", `grid: element ${i}: expected an intensity in [0, 1], got NaN`);
  return Math.round(Math.min(1, Math.max(0, value)) * 255);
}

function checkImages({
  dtype,
  shape,
}: NdArray): readonly [n: number, channels: 1 | 3 | 4, height: number, width: number] {
  const [n = 0, channels = 0, height = 0, width = 0] = shape;
  const drawable = channels === 1 || channels === 3 || channels === 4;
  if (shape.length !== 4 || n * height * width === 0 || !drawable) {
    throw new GenError("shape", `grid: expected [N, 1 or 3 or 4, H, W], none empty, got [${shape.join(", ")}]`);
  }
  if (dtype !== "u8" && dtype !== "f32") throw new GenError("dtype", `grid: expected u8 or f32, got ${dtype}`);
  return [n, channels, height, width];
}

function wholeNumber(name: string, value: number, least: number, most = 2 ** 24): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new GenError("range", `grid: ${name}: expected a whole number from ${least} to ${most}, got ${value}`);
}
