/** @file A training as the page sees it: started, paused, changed, exported, stopped, and what each family shows. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Settings } from "./course.js";
import type { Exported } from "./export.js";
import { NOTHING, Session, type Plan, type Progress } from "./session.js";

export interface Training {
  readonly progress: Progress;
  readonly start: (plan: Plan) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
  /** What is left of a training whose device was lost, to go on with elsewhere. */
  readonly goOn: (() => void) | undefined;
  readonly change: (settings: Settings) => void;
  readonly exported: (family: string) => Promise<Exported>;
}

export function useTraining(): Training {
  const [progress, setProgress] = useState(NOTHING);
  const session = useRef<Session | undefined>(undefined);
  const end = useCallback(() => {
    void session.current?.stop();
    session.current = undefined;
  }, []);
  useEffect(() => end, [end]);

  const start = useCallback(
    (plan: Plan) => {
      end();
      session.current = new Session(plan, setProgress);
    },
    [end],
  );
  const lost = session.current;
  return {
    progress,
    start,
    stop: useCallback(() => {
      end();
      setProgress(NOTHING);
    }, [end]),
    pause: useCallback(() => session.current?.pause(), []),
    resume: useCallback(() => session.current?.resume(), []),
    change: useCallback((settings) => session.current?.change(settings), []),
    exported: useCallback((family) => session.current!.exported(family), []),
    goOn:
      progress.state === "failed" && lost?.kept !== undefined
        ? () => start({ ...lost.plan, device: "wasm", from: lost.kept! })
        : undefined,
  };
}
