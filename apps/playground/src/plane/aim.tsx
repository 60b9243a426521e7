/** @file A square plane that one points at and draws in, by pointer or by keys, over a picture of what is there. */
import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

/** What a movement is: the pointer passes, a line begins, or it goes on. */
export type Touch = "pass" | "begin" | "draw";

export interface AimProps {
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** Both go from −reach to reach; y upwards. */
  readonly reach: number;
  readonly onMove: (x: number, y: number, touch: Touch) => void;
  /** The picture. */
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

export function Aim({ label, x, y, reach, onMove, children }: AimProps) {
  const isDown = useRef(false);
  const within = (v: number): number => Math.min(reach, Math.max(-reach, v));
  const follow = (event: PointerEvent<HTMLElement>, touch: Touch): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = (at: number, from: number, size: number): number => (2 * (at - from)) / size - 1;
    onMove(
      within(part(event.clientX, box.left, box.width) * reach),
      within(-part(event.clientY, box.top, box.height) * reach),
      touch,
    );
  };
  const press = (event: KeyboardEvent): void => {
    const [dx, dy] = event.key === " " ? [0, 0] : (MOVES[event.key] ?? []);
    if (dx === undefined || dy === undefined) return;
    event.preventDefault();
    const touch = event.key === " " ? "begin" : event.shiftKey ? "draw" : "pass";
    onMove(within(x + dx * STEP * reach), within(y + dy * STEP * reach), touch);
  };
  return (
    <div
      className="plane"
      role="application"
      tabIndex={0}
      aria-label={`${label}; arrow keys move, with Shift they draw: ${x.toFixed(1)}, ${y.toFixed(1)}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        isDown.current = true;
        follow(event, "begin");
      }}
      onPointerMove={(event) => {
        if (isDown.current) follow(event, "draw");
        else if (event.pointerType === "mouse") follow(event, "pass");
      }}
      onPointerUp={() => (isDown.current = false)}
      onPointerCancel={() => (isDown.current = false)}
      onKeyDown={press}
    >
      {children}
      <svg className="mark" viewBox="-1 -1 2 2" aria-hidden="true">
        <circle cx={x / reach} cy={-y / reach} r="0.035" />
      </svg>
    </div>
  );
}
