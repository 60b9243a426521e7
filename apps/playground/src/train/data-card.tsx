/** @file What is to be learned; "your own" is drawn here. */
import { useEffect, useState } from "react";
import { MOST_POINTS } from "../link-codes.js";
import { Aim } from "../plane/aim.js";
import { REACH } from "../plane/plane.js";
import { PlaneView } from "../plane/plane-view.js";
import { cloud, TITLES, type ShapeName } from "./densities.js";

export interface DataCardProps {
  readonly shape: ShapeName;
  readonly seed: number;
  readonly strokes: readonly number[];
  readonly onDraw: (strokes: readonly number[]) => void;
  readonly isLocked: boolean;
}

/** As many points as are shown. */
const SHOWN = 1200;
/** A stroke's next point is so far from the last. */
const APART = 0.06;

export function DataCard({ shape, seed, strokes, onDraw, isLocked }: DataCardProps) {
  const points = usePoints(shape, seed);
  const [[x, y], setCursor] = useState<readonly [number, number]>([0, 0]);
  const canDraw = shape === "drawn" && !isLocked;
  const view = (
    <PlaneView label={`Points of the data: ${TITLES[shape]}`} points={shape === "drawn" ? strokes : points} />
  );
  return (
    <section className="card" aria-labelledby="data-title">
      <h2 id="data-title">
        The data
        <small>what all of them see</small>
      </h2>
      <p className="equation">
        {shape === "drawn" ? "draw with the pointer, or with Shift and arrow keys" : `x ~ ${TITLES[shape]}`}
      </p>
      <div>
        {canDraw ? (
          <Aim
            label="Draw the density"
            {...{ x, y }}
            reach={REACH}
            onMove={(nextX, nextY, touch) => {
              setCursor([nextX, nextY]);
              const [lastX = Infinity, lastY = 0] = strokes.slice(-2);
              const isApart = Math.hypot(nextX - lastX, nextY - lastY) > APART;
              if (touch === "begin" || (touch === "draw" && isApart)) onDraw([...strokes, nextX, nextY]);
            }}
          >
            {view}
          </Aim>
        ) : (
          view
        )}
      </div>
      {canDraw ? (
        <>
          <p className="numbers">
            {strokes.length / 2} of {MOST_POINTS} points, as many as a link holds
          </p>
          <button type="button" onClick={() => onDraw([])} disabled={strokes.length === 0}>
            Clear
          </button>
        </>
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
