/** @file Pictures in a grid, on one canvas: ink on the ground of the page, or in their own colours, with or without opacity. */
import { useEffect, useRef } from "react";
import { useScheme } from "../shell/theme.js";
import { inkOf } from "./ink.js";

export interface PicturesProps {
  /** What is seen, for those who do not see it. */
  readonly label: string;
  /** Values in [0, 1] of n pictures, each [channels, height, width]; the grid stays empty until they are there. */
  readonly data: Float32Array | undefined;
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly columns: number;
  readonly rows: number;
  /** Sharp pixels, where each is one of the model's. @default false: smooth */
  readonly isSharp?: boolean;
}

export function Pictures({ label, data, shape, columns, rows, isSharp = false }: PicturesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  const [, height, width] = shape;
  useEffect(() => {
    if (canvas.current !== null) drawPictures(canvas.current, { data, shape, columns });
  }, [data, shape, columns, scheme]);
  return (
    <canvas
      ref={canvas}
      className={isSharp ? "pictures sharp" : "pictures"}
      width={columns * width}
      height={rows * height}
      role="img"
      aria-label={label}
    />
  );
}

/** Draws pictures row by row; values of one channel are how much ink there is. */
export function drawPictures(
  canvas: HTMLCanvasElement,
  { data, shape, columns }: Pick<PicturesProps, "data" | "shape" | "columns">,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (data === undefined) return;
  const [channels, height, width] = shape;
  const ink = inkOf(canvas);
  const size = height * width;
  const picture = new ImageData(width, height);
  for (let n = 0; n < Math.floor(data.length / (channels * size)); n++) {
    const own = data.subarray(n * channels * size, (n + 1) * channels * size);
    for (let i = 0; i < size; i++) {
      if (channels === 1) picture.data.set([...ink, 255 * own[i]!], 4 * i);
      else {
        const opacity = channels === 4 ? own[3 * size + i]! : 1;
        picture.data.set(
          [own[i]!, own[size + i]!, own[2 * size + i]!, opacity].map((v) => 255 * v),
          4 * i,
        );
      }
    }
    context.putImageData(picture, (n % columns) * width, Math.floor(n / columns) * height);
  }
}
