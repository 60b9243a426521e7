/** @file What a model makes of the newest settings: while it works, only the last of those that come is kept. */
import { useCallback, useEffect, useRef, useState } from "react";
import { STOPPED } from "../models/engine.js";

export interface Latest<T> {
  readonly value: T | undefined;
  readonly error: unknown;
  readonly isBusy: boolean;
}

/** Calls `work` when it changes, one call after the other; undefined is nothing to do yet. Memoise it. */
export function useLatest<T>(work: (() => Promise<T>) | undefined): Latest<T> {
  const [latest, setLatest] = useState<Latest<T>>({ value: undefined, error: undefined, isBusy: false });
  const next = useRef<(() => Promise<T>) | undefined>(undefined);
  const isWorking = useRef(false);
  const isShown = useRef(true);

  const drain = useCallback(async () => {
    if (isWorking.current) return;
    isWorking.current = true;
    for (;;) {
      const mine = next.current;
      if (mine === undefined) break;
      next.current = undefined;
      setLatest((before) => ({ ...before, isBusy: true }));
      try {
        const value = await mine();
        if (isShown.current) setLatest({ value, error: undefined, isBusy: false });
      } catch (error) {
        const failed = error === STOPPED ? {} : { error };
        if (isShown.current) setLatest((before) => ({ ...before, ...failed, isBusy: false }));
      }
    }
    isWorking.current = false;
  }, []);

  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  useEffect(() => {
    next.current = work;
    void drain();
  }, [work, drain]);
  return latest;
}
