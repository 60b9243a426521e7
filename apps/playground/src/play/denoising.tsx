/** @file A walk from noise to pictures under a scrubber: what there is at a step, and what the network takes it to be. */
import { useEffect, useState } from "react";
import type { OpenModel } from "../models/engine.js";
import { SeedBox, Slider } from "./controls.js";
import { denoised, type DrawOptions, type Moment } from "./diffusion.js";
import { Pictures } from "./pictures.js";
import { useWalk, type Walk } from "./use-walk.js";

/** A slider that is dragged gives many values: a walk begins when they have stayed for so long, in milliseconds. */
const SETTLED = 150;

/** Walks whenever what is asked for changes. @param options memoise it */
export function useDenoising(model: OpenModel | undefined, options: Omit<DrawOptions, "signal">): Walk<Moment> {
  const walk = useWalk<Moment>();
  const { start } = walk;
  useEffect(() => {
    if (model === undefined) return;
    const settled = setTimeout(() => start((signal) => denoised(model, { ...options, signal })), SETTLED);
    return () => clearTimeout(settled);
  }, [model, options, start]);
  return walk;
}

export interface DenoisingSettingsProps {
  readonly guidance: { readonly label: string; readonly value: number; readonly most: number; readonly none: string };
  readonly steps: number;
  readonly seed: number;
  readonly onChange: (settings: {
    readonly guidance?: number;
    readonly steps?: number;
    readonly seed?: number;
  }) => void;
  readonly walk: Pick<Walk<Moment>, "isRunning" | "stop">;
}

/** What one sets of a walk, beside what the model is told. */
export function DenoisingSettings({ guidance, steps, seed, onChange, walk }: DenoisingSettingsProps) {
  const { label, value, most, none } = guidance;
  return (
    <>
      <Slider
        label={label}
        value={value}
        min={0}
        max={most}
        step={0.5}
        onChange={(v) => onChange({ guidance: v })}
        show={(v) => `${v.toFixed(1)}${v === 0 ? `: ${none}` : v === 1 ? ": as trained" : ""}`}
      />
      <Slider label="Steps" value={steps} min={2} max={50} step={1} onChange={(v) => onChange({ steps: v })} />
      <SeedBox value={seed} onChange={(v) => onChange({ seed: v })} />
      <button type="button" onClick={walk.stop} disabled={!walk.isRunning}>
        Stop
      </button>
    </>
  );
}

export interface DenoisingProps {
  readonly moments: readonly Moment[];
  /** Of the whole walk. */
  readonly steps: number;
  readonly shape: DrawOptions["shape"];
  readonly count: number;
  /** What is to be seen at the end. */
  readonly of: string;
}

export function Denoising({ moments, steps, shape, count, of }: DenoisingProps) {
  const [chosen, choose] = useState<number | undefined>(undefined);
  const newest = moments.length - 1;
  useEffect(() => {
    if (newest <= 0) choose(undefined); // another walk began
  }, [newest]);
  const at = Math.min(chosen ?? newest, newest);
  const moment = moments[at];
  return (
    <>
      <Slider
        label="Look at step"
        value={Math.max(0, at)}
        min={0}
        max={steps}
        step={1}
        onChange={choose}
        disabled={moments.length === 0}
        show={(v) => (moment === undefined ? "…" : `${v} of ${steps}, σ = ${moment.sigma.toPrecision(3)}`)}
      />
      <p className="numbers caption">what there is</p>
      <Pictures label={`${of}, with noise`} data={moment?.noisy} shape={shape} columns={count} rows={1} />
      <p className="numbers caption">what the network takes it to be</p>
      <Pictures label={`Estimates of ${of}`} data={moment?.estimate} shape={shape} columns={count} rows={1} />
    </>
  );
}
