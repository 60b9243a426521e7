/** @file Motion: a counter of seconds that runs while something is to move, the page is seen, and nothing forbids it. */
import { useEffect, useRef, useState } from "react";

/** Whether the system asks for less motion: then nothing moves unasked. */
export const wantsStillness = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Shortest time between two frames, in seconds. */
const LEAST = 1 / 40;

/**
 * Calls `frame` with the seconds of motion so far, again and again, each after the one before is done.
 *
 * @returns what went wrong, at which it stops
 */
export function useFrames(frame: ((seconds: number) => Promise<void>) | undefined, isMoving: boolean): unknown {
  const seconds = useRef(0);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    if (frame === undefined) return;
    let isCurrent = true;
    let [request, before] = [0, performance.now()];
    const next = (now: number): void => {
      const passed = (now - before) / 1000;
      if (passed < LEAST) {
        request = requestAnimationFrame(next);
        return;
      }
      before = now;
      seconds.current += Math.min(passed, 0.1); // a page that was hidden goes on where it was
      void frame(seconds.current).then(
        () => {
          if (isCurrent) request = requestAnimationFrame(next);
        },
        (cause: unknown) => {
          if (isCurrent) setError(cause);
        },
      );
    };
    if (isMoving) request = requestAnimationFrame(next);
    else void frame(seconds.current).catch((cause: unknown) => setError(cause));
    return () => {
      isCurrent = false;
      cancelAnimationFrame(request);
    };
  }, [frame, isMoving]);
  return error;
}
