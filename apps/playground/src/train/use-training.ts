/** @file A training as the page sees it: started, paused, stopped, and what each family shows. */
import type { Runtime } from "@gen/core";
import { web } from "@gen/core/web";
import { useCallback, useEffect, useRef, useState } from "react";
import { explained } from "../shell/explained.js";
import type { Settings } from "./course.js";
import { cloud, type ShapeName } from "./densities.js";
import { FAMILIES } from "./families.js";
import { train, type Look } from "./training.js";

export interface Plan {
  readonly shape: ShapeName;
  readonly strokes: readonly number[];
  readonly seed: number;
  readonly steps: number;
  readonly device: "auto" | "wasm" | "webgpu";
  readonly settings: Settings;
}

export interface Progress {
  /** "opening" while the engine is fetched and compiled. */
  readonly state: "idle" | "opening" | "running" | "paused" | "done" | "failed";
  /** What went wrong, and what to do. */
  readonly error?: string;
  /** The device that computes, and why. */
  readonly device?: string;
  readonly looks: ReadonlyMap<string, Look>;
  readonly losses: ReadonlyMap<string, readonly number[]>;
}

const NOTHING: Progress = { state: "idle", looks: new Map(), losses: new Map() };

/** Steps between two looks. */
const TURN = 25;

export interface Training {
  readonly progress: Progress;
  readonly start: (plan: Plan) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
}

export function useTraining(): Training {
  const [progress, setProgress] = useState(NOTHING);
  const gate = useRef(new Gate());
  const stopping = useRef<AbortController | undefined>(undefined);

  const stop = useCallback(() => {
    stopping.current?.abort();
    gate.current.open();
    setProgress(NOTHING);
  }, []);
  useEffect(() => () => stopping.current?.abort(), []);

  const start = useCallback((plan: Plan) => {
    stopping.current?.abort();
    const control = new AbortController();
    stopping.current = control;
    gate.current.open();
    const show = (change: (before: Progress) => Progress): void => {
      if (!control.signal.aborted) setProgress(change);
    };
    setProgress({ ...NOTHING, state: "opening" });
    void run(plan, { signal: control.signal, gate: gate.current, show });
  }, []);

  const pause = useCallback(() => {
    gate.current.close();
    setProgress((before) => ({ ...before, state: "paused" }));
  }, []);
  const resume = useCallback(() => {
    gate.current.open();
    setProgress((before) => ({ ...before, state: "running" }));
  }, []);
  return { progress, start, pause, resume, stop };
}

interface Running {
  readonly signal: AbortSignal;
  readonly gate: Gate;
  readonly show: (change: (before: Progress) => Progress) => void;
}

async function run(plan: Plan, { signal, gate, show }: Running): Promise<void> {
  let runtime: Runtime | undefined;
  try {
    const opened = (runtime = await web({ device: plan.device }));
    const device = opened.choice === undefined ? opened.device : `${opened.device}: ${opened.choice.reason}`;
    show((before) => ({ ...before, state: "running", device }));
    const { shape, strokes, seed, steps, settings } = plan;
    const points = cloud(shape, seed, strokes);
    const looks = train(opened, { families: FAMILIES, points, settings, seed, steps, turn: TURN, signal });
    for await (const look of looks) {
      show((before) => seen(before, look));
      await gate.passed();
      if (signal.aborted) return;
    }
    show((before) => ({ ...before, state: "done" }));
  } catch (error) {
    if (!signal.aborted) show((before) => ({ ...before, state: "failed", error: explained(error) }));
  } finally {
    await runtime?.close();
  }
}

function seen(before: Progress, look: Look): Progress {
  const losses = [...(before.losses.get(look.family) ?? []), ...look.losses];
  return {
    ...before,
    looks: new Map([...before.looks, [look.family, { ...before.looks.get(look.family), ...look }]]), // keeps the last map
    losses: new Map([...before.losses, [look.family, losses]]),
  };
}

/** Lets through while it is open. */
class Gate {
  #closed: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

  close(): void {
    if (this.#closed !== undefined) return;
    let open = (): void => undefined;
    const opened = new Promise<void>((done) => (open = done));
    this.#closed = { opened, open };
  }

  open(): void {
    this.#closed?.open();
    this.#closed = undefined;
  }

  async passed(): Promise<void> {
    await this.#closed?.opened;
  }
}
