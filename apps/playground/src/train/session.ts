/** @file A training from its start to its end, outside of React: the engine, the trainer, and what the page can do with them. */
import { isGenError, type Dataset, type Runtime } from "@gen/core";
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
  /** What was seen of it before. @default nothing */
  readonly seen?: Seen;
}

/** What each family has shown, by id: last, and the losses of all its steps. */
export interface Seen {
  readonly looks: ReadonlyMap<string, Look>;
  readonly losses: ReadonlyMap<string, readonly number[]>;
}

export interface Progress extends Seen {
  /** "opening" while the engine is fetched and compiled. */
  readonly state: "idle" | "opening" | "running" | "paused" | "done" | "failed";
  /** What went wrong, and what to do. */
  readonly error?: string;
  /** The device that computes, and why. */
  readonly device?: string;
}

export const NOTHING: Progress = { state: "idle", looks: new Map(), losses: new Map() };

/** Steps between two looks. */
const TURN = 25;

const LOST =
  "The browser lost the graphics card. What you see was copied from it, so none of that is lost: go on from there.";

export type Show = (change: (before: Progress) => Progress) => void;

export class Session {
  readonly #plan: Plan;
  readonly #show: Show;
  readonly #gate = new Gate();
  readonly #stopping = new AbortController();
  #runtime: Runtime | undefined;
  #trainer: Trainer | undefined;
  #settings: Settings;
  #seen: Seen;
  /** What was last copied of each family from a device that may be lost. */
  readonly #kept = new Map<string, Standing>();

  constructor(plan: Plan, show: Show) {
    [this.#plan, this.#settings, this.#seen] = [plan, plan.settings, plan.seen ?? NOTHING];
    this.#show = (change) => {
      if (!this.#stopping.signal.aborted) show(change);
    };
    this.#show(() => ({ ...this.#seen, state: "opening" }));
    void this.#run();
  }

  /** What is left to do when its device was lost, from where all was copied last; nothing if that was never. */
  get rest(): Plan | undefined {
    if (this.#kept.size === 0) return undefined;
    const from = new Map([...(this.#plan.from ?? []), ...this.#kept]);
    return { ...this.#plan, settings: this.#settings, from, seen: this.#seen };
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
    this.#settings = settings;
    this.#trainer?.change(settings);
  }

  /** A family's model as a zip, once the turn ends that a pause has met. */
  async exported(family: string): Promise<Exported> {
    await this.#gate.reached();
    const { exported } = await import("./export.js");
    const files = await webFiles();
    try {
      const { about } = this.#plan;
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
      const runtime = await web({ device: this.#plan.device });
      if (isStopped()) {
        await runtime.close();
        return;
      }
      this.#runtime = runtime;
      const device = runtime.choice === undefined ? runtime.device : `${runtime.device}: ${runtime.choice.reason}`;
      this.#show((before) => ({ ...before, state: "running", device }));
      const trainer = await Trainer.open(runtime, { ...this.#plan, turn: TURN, signal });
      this.#trainer = trainer;
      for await (const look of trainer.looks()) {
        if (runtime.device === "webgpu") this.#kept.set(look.family, await trainer.standing(look.family));
        this.#seen = withLook(this.#seen, look);
        this.#show((before) => ({ ...before, ...this.#seen }));
        await this.#gate.passed();
        if (isStopped()) return;
      }
      this.#show((before) => ({ ...before, state: "done" }));
    } catch (error) {
      const isLost = isGenError(error) && error.code === "device" && /GPU was lost/.test(error.message);
      const said = isLost && this.#kept.size > 0 ? LOST : explained(error);
      this.#show((before) => ({ ...before, state: "failed", error: said }));
      await this.stop();
    }
  }
}

function withLook(before: Seen, look: Look): Seen {
  const losses = [...(before.losses.get(look.family) ?? []), ...look.losses];
  return {
    looks: new Map([...before.looks, [look.family, { ...before.looks.get(look.family), ...look }]]), // keeps the last map
    losses: new Map([...before.losses, [look.family, losses]]),
  };
}
