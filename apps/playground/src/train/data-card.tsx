/** @file What is to be learned; "your own" is drawn here, by pointer, or by keys with a cursor. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { cloud, REACH, TITLES, type ShapeName } from "./densities.js";
import { PlaneView } from "./plane-view.js";

export interface DataCardProps {
  readonly shape: ShapeName;
  readonly seed: number;
  readonly strokes: readonly number[];
  readonly onDraw: (strokes: readonly number[]) => void;
  readonly isLocked: boolean;
}

/** As many points as are shown. */
const SHOWN = 1200;
/** How far a key moves the cursor. */
const KEY_STEP = 0.15;
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, KEY_STEP],
  ArrowDown: [0, -KEY_STEP],
};

export function DataCard({ shape, seed, strokes, onDraw, isLocked }: DataCardProps) {
  const points = usePoints(shape, seed);
  const isDrawing = useRef(false);
  const [cursor, setCursor] = useState<readonly [number, number]>([0, 0]);
  const canDraw = shape === "drawn" && !isLocked;

  const add = (x: number, y: number): void => onDraw([...strokes, x, y]);
  const draw = (event: PointerEvent<HTMLElement>): void => {
    if (!canDraw || !isDrawing.current) return;
    const box = event.currentTarget.getBoundingClientRect();
    const at = (part: number): number => (2 * part - 1) * REACH;
    add(at((event.clientX - box.left) / box.width), -at((event.clientY - box.top) / box.height));
  };
  const move = (event: KeyboardEvent): void => {
    const step = MOVES[event.key];
    if (!canDraw || step === undefined) return;
    event.preventDefault();
    const next = [cursor[0] + step[0], cursor[1] + step[1]] as const;
    if (next.some((v) => Math.abs(v) > REACH)) return;
    setCursor(next);
    add(...next);
  };

  return (
    <section className="card" aria-labelledby="data-title">
      <h2 id="data-title">
        The data
        <small>what all of them see</small>
      </h2>
      <p className="equation">
        {shape === "drawn" ? "draw with the pointer, or with the arrow keys" : `x ~ ${TITLES[shape]}`}
      </p>
      <div
        className={canDraw ? "canvas drawable" : "canvas"}
        {...(canDraw && {
          tabIndex: 0,
          role: "application",
          "aria-label": "Draw the density: arrow keys leave points",
        })}
        onPointerDown={(event) => {
          isDrawing.current = true;
          draw(event);
        }}
        onPointerMove={draw}
        onPointerUp={() => (isDrawing.current = false)}
        onPointerLeave={() => (isDrawing.current = false)}
        onKeyDown={move}
      >
        <PlaneView label={`Points of the data: ${TITLES[shape]}`} points={shape === "drawn" ? strokes : points} />
      </div>
      {canDraw ? (
        <button type="button" onClick={() => onDraw([])} disabled={strokes.length === 0}>
          Clear
        </button>
      ) : (
        <p className="numbers">8,192 points, seed {seed}</p>
      )}
    </section>
  );
}

function usePoints(shape: ShapeName, seed: number): ArrayLike<number> {
  const [points, setPoints] = useState<ArrayLike<number>>([]);
  useEffect(() => {
    if (shape === "drawn") return;
    let isCurrent = true;
    const indices = Array.from({ length: SHOWN }, (_, i) => i);
    void Promise.resolve(cloud(shape, seed, []).rows(indices)).then(({ x }) => {
      if (isCurrent) setPoints(x!.data as Float32Array);
    });
    return () => {
      isCurrent = false;
    };
  }, [shape, seed]);
  return points;
}
