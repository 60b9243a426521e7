/** @file A training from its start to its end, outside of React: the engine, the trainer, and what the page can do with them. */
import type { Dataset, Runtime } from "@gen/core";
import { web, webFiles } from "@gen/core/web";
import { explained } from "../shell/explained.js";
import type { Family, Settings } from "./course.js";
import type { About } from "./about.js";
import type { Exported } from "./export.js";
import { Gate } from "./gate.js";
import { Trainer, type Look, type Standing } from "./training.js";

export interface Plan {
  readonly families: readonly Family[];
  readonly points: Dataset;
  readonly seed: number;
  readonly steps: number;
  readonly device: "auto" | "wasm" | "webgpu";
  readonly settings: Settings;
  /** What is said of a model when it is exported. */
  readonly about: About;
  /** Where families begin that do not begin anew, by id. */
  readonly from?: ReadonlyMap<string, Standing>;
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

export const NOTHING: Progress = { state: "idle", looks: new Map(), losses: new Map() };

/** Steps between two looks. */
const TURN = 25;
/** Steps between two copies of what a GPU holds, as it may be lost. */
const KEPT_EVERY = 100;

export type Show = (change: (before: Progress) => Progress) => void;

export class Session {
  readonly plan: Plan;
  readonly #show: Show;
  readonly #gate = new Gate();
  readonly #stopping = new AbortController();
  #runtime: Runtime | undefined;
  #trainer: Trainer | undefined;
  #kept: ReadonlyMap<string, Standing> | undefined;

  constructor(plan: Plan, show: Show) {
    this.plan = plan;
    this.#show = (change) => {
      if (!this.#stopping.signal.aborted) show(change);
    };
    this.#show(() => ({ ...NOTHING, state: "opening" }));
    void this.#run();
  }

  /** What was last copied from a device that may be lost; what a training goes on from when it is. */
  get kept(): ReadonlyMap<string, Standing> | undefined {
    return this.#kept;
  }

  pause(): void {
    this.#gate.close();
    this.#show((before) => ({ ...before, state: "paused" }));
  }

  resume(): void {
    this.#gate.open();
    this.#show((before) => ({ ...before, state: "running" }));
  }

  change(settings: Settings): void {
    this.#trainer?.change(settings);
  }

  /** A family's model as a zip; while nothing trains. */
  async exported(family: string): Promise<Exported> {
    const { exported } = await import("./export.js");
    const files = await webFiles();
    try {
      const { about } = this.plan;
      return await exported({ runtime: this.#runtime!, trainer: this.#trainer!, family, about, checkers: [files] });
    } finally {
      await files.close();
    }
  }

  /** Ends it, whatever it does. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#gate.open();
    const runtime = this.#runtime;
    this.#runtime = undefined;
    await runtime?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const isStopped = (): boolean => signal.aborted;
    try {
      const runtime = await web({ device: this.plan.device });
      if (isStopped()) {
        await runtime.close();
        return;
      }
      this.#runtime = runtime;
      const device = runtime.choice === undefined ? runtime.device : `${runtime.device}: ${runtime.choice.reason}`;
      this.#show((before) => ({ ...before, state: "running", device }));
      const trainer = await Trainer.open(runtime, { ...this.plan, turn: TURN, signal });
      this.#trainer = trainer;
      for await (const look of trainer.looks()) {
        this.#show((before) => seen(before, look));
        const isRoundDone = look.family === this.plan.families.at(-1)!.id;
        if (runtime.device === "webgpu" && isRoundDone && look.steps % KEPT_EVERY === 0)
          this.#kept = await trainer.standings();
        await this.#gate.passed();
        if (isStopped()) return;
      }
      this.#show((before) => ({ ...before, state: "done" }));
    } catch (error) {
      this.#show((before) => ({ ...before, state: "failed", error: explained(error) }));
      await this.stop();
    }
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
