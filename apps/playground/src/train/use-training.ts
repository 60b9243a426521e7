/** @file A training as the page sees it: started, paused, changed, exported, stopped, and what each family shows. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Settings } from "./course.js";
import type { Exported } from "./export.js";
import { NOTHING, Session, type Plan, type Progress, type Show } from "./session.js";

export interface Training {
  readonly progress: Progress;
  /** How many steps it took, of all families, while the tab was last hidden; if any. */
  readonly away: number | undefined;
  readonly start: (plan: Plan) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
  /** Goes on elsewhere with what is left of a training whose device was lost. */
  readonly goOn: ((device: "wasm" | "webgpu") => void) | undefined;
  readonly change: (settings: Settings) => void;
  readonly exported: (family: string) => Promise<Exported>;
}

export function useTraining(): Training {
  const { progress, away, show } = useShown();
  const session = useRef<Session | undefined>(undefined);
  const end = useCallback(() => {
    void session.current?.stop();
    session.current = undefined;
  }, []);
  useEffect(() => end, [end]);
  useStay(progress.state === "running" || progress.state === "paused");

  const start = useCallback(
    (plan: Plan) => {
      end();
      session.current = new Session(plan, show);
    },
    [end, show],
  );
  const rest = progress.state === "failed" ? session.current?.rest : undefined;
  return {
    progress,
    away,
    start,
    stop: useCallback(() => {
      end();
      show(() => NOTHING);
    }, [end, show]),
    pause: useCallback(() => session.current?.pause(), []),
    resume: useCallback(() => session.current?.resume(), []),
    change: useCallback((settings) => session.current?.change(settings), []),
    exported: useCallback((family) => session.current!.exported(family), []),
    goOn: rest && ((device) => start({ ...rest, device })),
  };
}

/** Progress, drawn while it can be seen: a tab that was hidden shows all at once what happened meanwhile. */
function useShown(): Pick<Training, "progress" | "away"> & { readonly show: Show } {
  const latest = useRef(NOTHING);
  const [progress, setProgress] = useState(NOTHING);
  const [away, setAway] = useState<number>();
  const show = useCallback<Show>((change) => {
    latest.current = change(latest.current);
    if (latest.current.state === "opening" || latest.current === NOTHING) setAway(undefined);
    if (!document.hidden) setProgress(latest.current);
  }, []);
  useEffect(() => {
    let left = 0;
    const turned = (): void => {
      const now = stepsOf(latest.current);
      if (document.hidden) left = now;
      else {
        setProgress(latest.current);
        setAway(now > left ? now - left : undefined);
      }
    };
    document.addEventListener("visibilitychange", turned);
    return () => document.removeEventListener("visibilitychange", turned);
  }, []);
  return { progress, away, show };
}

/** Of all families. */
const stepsOf = ({ looks }: Progress): number => [...looks.values()].reduce((sum, { steps }) => sum + steps, 0);

/** While it trains: the browser is not to freeze a tab that is hidden (one with a lock stays awake), and asks before it closes one. */
function useStay(isTraining: boolean): void {
  useEffect(() => {
    if (!isTraining) return;
    const { locks } = navigator as { readonly locks?: LockManager }; // none where the page is not safe
    const over = new AbortController();
    const { signal } = over;
    const held = new Promise<void>((done) => signal.addEventListener("abort", () => done()));
    void locks?.request("training", { mode: "shared" }, () => held);
    window.addEventListener("beforeunload", (event) => event.preventDefault(), { signal });
    return () => over.abort();
  }, [isTraining]);
}
