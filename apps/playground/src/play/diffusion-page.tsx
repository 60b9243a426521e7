/** @file Diffusion: a walk from noise to digits under a scrubber, the weight of the condition, and parts that one wants anew. */
import { useEffect, useState } from "react";
import { useModel } from "../models/use-model.js";
import { number, SEED, useAddress } from "../url-state.js";
import { SeedBox, Slider } from "./controls.js";
import { denoised, SIDE, type Moment } from "./diffusion.js";
import { Inpaint } from "./inpaint.js";
import { Pictures } from "./pictures.js";
import { PlayPage } from "./play-page.js";
import { useWalk } from "./use-walk.js";

const [COUNT, SHAPE] = [6, [1, SIDE, SIDE] as const];

const ADDRESS = {
  seed: SEED,
  digit: number({ start: 3, min: 0, max: 9 }),
  guidance: number({ start: 2, min: 0, max: 6, decimals: 1 }),
  steps: number({ start: 16, min: 2, max: 50 }),
} as const;

export function DiffusionPage() {
  const [{ seed, digit, guidance, steps }, set] = useAddress(ADDRESS);
  const of = useModel("mnist-diffusion");
  const model = of.state === "ready" ? of.model : undefined;
  const { items, isRunning, error, start, stop } = useWalk<Moment>();
  const [scrubbed, setScrubbed] = useState<number | undefined>(undefined);
  useEffect(() => {
    if (model === undefined) return;
    const settled = setTimeout(() => {
      setScrubbed(undefined);
      start((signal) => denoised(model, { digit, count: COUNT, steps, guidance, seed, signal }));
    }, 150); // a slider that is dragged gives many values
    return () => clearTimeout(settled);
  }, [model, digit, guidance, steps, seed, start]);

  const at = Math.min(scrubbed ?? items.length - 1, items.length - 1);
  const moment = items[at];
  const last = items.length === steps + 1 ? items[steps] : undefined;
  return (
    <PlayPage
      title="Diffusion"
      lead="A transformer has learned to take noise out of digits. Starting from nothing but noise, it takes a little out at a time."
      equation="min E‖ v̂(αx + σε) − (αε − σx) ‖²,  x ← x̂ + σ′ (x − x̂)/σ"
      paper="Ho, Jain & Abbeel 2020; Song, Meng & Ermon 2021"
      of={of}
      error={error}
    >
      <section className="card">
        <h2>From noise to digits</h2>
        <div className="settings">
          <label>
            Digit
            <select value={digit} onChange={(event) => set({ digit: Number(event.target.value) })}>
              {Array.from({ length: 10 }, (_, d) => (
                <option key={d}>{d}</option>
              ))}
            </select>
          </label>
          <Slider
            label="Guidance"
            value={guidance}
            min={0}
            max={6}
            step={0.5}
            onChange={(v) => set({ guidance: v })}
            show={(v) => `${v.toFixed(1)}${v === 0 ? ": any digit" : v === 1 ? ": as trained" : ""}`}
          />
          <Slider label="Steps" value={steps} min={2} max={50} step={1} onChange={(v) => set({ steps: v })} />
          <SeedBox value={seed} onChange={(v) => set({ seed: v })} />
          <button type="button" onClick={stop} disabled={!isRunning}>
            Stop
          </button>
        </div>
        <Slider
          label="Look at step"
          value={Math.max(0, at)}
          min={0}
          max={steps}
          step={1}
          onChange={setScrubbed}
          disabled={items.length === 0}
          show={(v) => (moment === undefined ? "…" : `${v} of ${steps}, σ = ${moment.sigma.toPrecision(3)}`)}
        />
        <p className="numbers">what there is</p>
        <Pictures label="Digits with noise" data={moment?.noisy} shape={SHAPE} columns={COUNT} rows={1} />
        <p className="numbers">what the network takes it to be</p>
        <Pictures
          label={`Estimates of the digit ${digit}`}
          data={moment?.estimate}
          shape={SHAPE}
          columns={COUNT}
          rows={1}
        />
      </section>
      <Inpaint model={model} from={last?.noisy.subarray(0, SIDE * SIDE)} {...{ digit, guidance, steps, seed }} />
    </PlayPage>
  );
}
