/** @file Work that yields one thing after the other, and can be stopped: what a page shows of it so far. */
import { useCallback, useEffect, useRef, useState } from "react";

export interface Walk<T> {
  readonly items: readonly T[];
  readonly isRunning: boolean;
  readonly error: unknown;
  /** Stops what runs, and begins again from nothing. */
  readonly start: (work: (signal: AbortSignal) => AsyncGenerator<T>) => void;
  readonly stop: () => void;
}

export interface WalkOptions {
  /** How many things are kept, the last ones. @default all */
  readonly keeps?: number;
}

export function useWalk<T>({ keeps = Infinity }: WalkOptions = {}): Walk<T> {
  const [shown, setShown] = useState<Pick<Walk<T>, "items" | "isRunning" | "error">>({
    items: [],
    isRunning: false,
    error: undefined,
  });
  const control = useRef<AbortController | undefined>(undefined);
  const stop = useCallback(() => {
    control.current?.abort();
    setShown((before) => ({ ...before, isRunning: false }));
  }, []);
  const start = useCallback(
    (work: (signal: AbortSignal) => AsyncGenerator<T>) => {
      control.current?.abort();
      const mine = (control.current = new AbortController());
      setShown({ items: [], isRunning: true, error: undefined });
      void (async () => {
        let items: readonly T[] = [];
        try {
          for await (const item of work(mine.signal)) {
            if (mine.signal.aborted) return;
            items = [...items, item].slice(-keeps);
            setShown({ items, isRunning: true, error: undefined });
          }
          if (!mine.signal.aborted) setShown({ items, isRunning: false, error: undefined });
        } catch (error) {
          if (!mine.signal.aborted) setShown({ items, isRunning: false, error });
        }
      })();
    },
    [keeps],
  );
  useEffect(() => () => control.current?.abort(), []);
  return { ...shown, start, stop };
}
