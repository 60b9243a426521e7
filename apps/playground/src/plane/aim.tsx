/** @file A plane that one moves through, by pointer or by arrow keys, over a map of what is there. */
import type { KeyboardEvent, PointerEvent, ReactNode } from "react";

export interface PlaneProps {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Both go from −reach to reach; y upwards. */
  readonly reach: number;
  readonly onMove: (x: number, y: number) => void;
  /** The map. */
  readonly children: ReactNode;
}

/** Of the way from the middle to the edge, for each press of a key. */
const STEP = 0.05;
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export function Plane({ label, x, y, reach, onMove, children }: PlaneProps) {
  const within = (v: number): number => Math.min(reach, Math.max(-reach, v));
  const follow = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (at: number, from: number, size: number): number => (2 * (at - from)) / size - 1;
    onMove(
      within(part(event.clientX, box.left, box.width) * reach),
      within(-part(event.clientY, box.top, box.height) * reach),
    );
  };
  const press = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    event.preventDefault();
    onMove(within(x + move[0] * STEP * reach), within(y + move[1] * STEP * reach));
  };
  return (
    <div
      className="plane"
      role="application"
      tabIndex={0}
      aria-label={`${label}; move with the arrow keys: ${x.toFixed(1)}, ${y.toFixed(1)}`}
      onPointerDown={follow}
      onPointerMove={(event) => {
        if (event.pointerType === "mouse" || event.buttons > 0) follow(event);
      }}
      onKeyDown={press}
    >
      {children}
      <svg className="mark" viewBox="-1 -1 2 2" aria-hidden="true">
        <circle cx={x / reach} cy={-y / reach} r="0.035" />
      </svg>
    </div>
  );
}
