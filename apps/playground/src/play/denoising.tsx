/** @file A walk from noise to pictures under a scrubber: what there is at a step, and what the network takes it to be. */
import { useEffect, useState } from "react";
import type { OpenModel } from "../models/engine.js";
import { Slider } from "./controls.js";
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
      <p className="numbers">what there is</p>
      <Pictures label={`${of}, with noise`} data={moment?.noisy} shape={shape} columns={count} rows={1} />
      <p className="numbers">what the network takes it to be</p>
      <Pictures label={`Estimates of ${of}`} data={moment?.estimate} shape={shape} columns={count} rows={1} />
    </>
  );
}
