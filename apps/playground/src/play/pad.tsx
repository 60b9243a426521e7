/** @file A small picture that one draws: by pointer, or with a cursor that the arrow keys move and the space bar draws with. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useScheme } from "../shell/theme.js";
import { colour, inkOf } from "./ink.js";
import { stroked } from "./stroke.js";

export interface PadProps {
  readonly label: string;
  /** Values in [0, 1], row by row. */
  readonly value: Float32Array;
  readonly side: number;
  readonly onChange: (value: Float32Array) => void;
  /** Radius of the brush, in pixels of the picture. @default 1.2 */
  readonly brush?: number;
  /** "mark" covers: a mask. @default "ink" */
  readonly paint?: "ink" | "mark";
  /** Takes away instead. @default false */
  readonly isErasing?: boolean;
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function Pad({ label, value, side, onChange, brush = 1.2, paint = "ink", isErasing = false }: PadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [number, number] | undefined>(undefined);
  const newest = useRef(value); // several pointer events come between two renders
  const [cursor, setCursor] = useState<readonly [number, number] | undefined>(undefined);
  const scheme = useScheme();
  useEffect(() => {
    newest.current = value;
    if (canvas.current !== null) draw(canvas.current, { value, side, paint, cursor });
  }, [value, side, paint, cursor, scheme]);

  const stroke = (from: readonly [number, number], to: readonly [number, number]): void => {
    newest.current = stroked(newest.current, { side, brush, from, to, isErasing });
    onChange(newest.current);
  };
  const placeOf = (event: PointerEvent<HTMLElement>): readonly [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
  };
  const press = (event: KeyboardEvent): void => {
    const at = cursor ?? [side / 2, side / 2];
    const move = MOVES[event.key];
    if (event.key === " ") stroke(at, at);
    else if (move !== undefined)
      setCursor([
        Math.min(side - 0.5, Math.max(0.5, at[0] + move[0])),
        Math.min(side - 0.5, Math.max(0.5, at[1] + move[1])),
      ]);
    else return;
    event.preventDefault();
  };
  return (
    <canvas
      ref={canvas}
      className="pictures sharp pad"
      width={side}
      height={side}
      role="application"
      tabIndex={0}
      aria-label={`${label}; with the keyboard, arrows move a cursor and the space bar draws`}
      onKeyDown={press}
      onBlur={() => setCursor(undefined)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = placeOf(event);
        last.current = at;
        stroke(at, at);
      }}
      onPointerMove={(event) => {
        if (last.current === undefined) return;
        const at = placeOf(event);
        stroke(last.current, at);
        last.current = at;
      }}
      onPointerUp={() => (last.current = undefined)}
      onPointerCancel={() => (last.current = undefined)}
    />
  );
}

interface Drawing extends Pick<PadProps, "value" | "side" | "paint"> {
  readonly cursor: readonly [number, number] | undefined;
}

function draw(canvas: HTMLCanvasElement, { value, side, paint, cursor }: Drawing): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const ink = inkOf(canvas);
  const picture = new ImageData(side, side);
  value.forEach((v, i) => picture.data.set(paint === "mark" ? [200, 70, 40, 190 * v] : [...ink, 255 * v], 4 * i));
  context.putImageData(picture, 0, 0);
  if (cursor === undefined) return;
  context.fillStyle = colour(canvas, "--accent");
  context.fillRect(Math.floor(cursor[0]), Math.floor(cursor[1]), 1, 1);
}
