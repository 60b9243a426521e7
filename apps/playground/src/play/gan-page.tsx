/** @file The GAN: noise kept near the middle or let go far, and the way from one picture to another. */
import { useMemo } from "react";
import { useModel } from "../models/use-model.js";
import { number, SEED, useAddress } from "../url-state.js";
import { arc } from "./arrays.js";
import { SeedBox, Slider } from "./controls.js";
import { DIGITS } from "./digits.js";
import { generated, LATENT, within } from "./gan.js";
import { Pictures } from "./pictures.js";
import { PlayPage } from "./play-page.js";
import { useLatest } from "./use-latest.js";

const [COLUMNS, ROWS, STRIP] = [10, 5, 10];

const ADDRESS = {
  seed: SEED,
  truncation: number({ start: 3, min: 0.2, max: 3, decimals: 1 }),
  from: number({ start: 1, min: 1, max: COLUMNS * ROWS }),
  to: number({ start: 2, min: 1, max: COLUMNS * ROWS }),
} as const;

export function GanPage() {
  const [{ seed, truncation, from, to }, set] = useAddress(ADDRESS);
  const of = useModel("mnist-gan");
  const model = of.state === "ready" ? of.model : undefined;
  const codes = useMemo(() => within(truncation, seed, COLUMNS * ROWS), [truncation, seed]);
  const all = useLatest(
    useMemo(() => (model === undefined ? undefined : () => generated(model, codes)), [model, codes]),
  );
  const way = useLatest(
    useMemo(() => {
      if (model === undefined) return undefined;
      const code = (n: number): Float32Array => codes.subarray((n - 1) * LATENT, n * LATENT);
      const strip = new Float32Array(STRIP * LATENT);
      for (let i = 0; i < STRIP; i++) strip.set(arc(code(from), code(to), i / (STRIP - 1)), i * LATENT);
      return () => generated(model, strip);
    }, [model, codes, from, to]),
  );
  const most = COLUMNS * ROWS;
  return (
    <PlayPage
      title="Generative adversarial network"
      lead="A generator that learned by deceiving a critic: 64 numbers of noise become a digit. Kept near zero, they give digits that look alike and clean; far from it, odd ones."
      equation="min_{G} max_{D} E[ log D(x) ] + E[ log(1 − D(G(z))) ]"
      paper="Goodfellow et al. 2014"
      of={of}
      error={all.error ?? way.error}
    >
      <section className="card">
        <h2>Digits from noise</h2>
        <div className="settings">
          <Slider
            label="Truncation: |z| at most"
            value={truncation}
            min={0.2}
            max={3}
            step={0.1}
            onChange={(v) => set({ truncation: v })}
            show={(v) => v.toFixed(1)}
          />
          <SeedBox value={seed} onChange={(v) => set({ seed: v })} />
        </div>
        <Pictures
          label={`${most} digits of the generator, numbered row by row`}
          data={all.value}
          shape={DIGITS}
          columns={COLUMNS}
          rows={ROWS}
        />
      </section>
      <section className="card">
        <h2>From one to another</h2>
        <div className="settings">
          <Slider label="From picture" value={from} min={1} max={most} step={1} onChange={(v) => set({ from: v })} />
          <Slider label="To picture" value={to} min={1} max={most} step={1} onChange={(v) => set({ to: v })} />
        </div>
        <Pictures
          label={`The way from picture ${from} to picture ${to}, along the sphere`}
          data={way.value}
          shape={DIGITS}
          columns={STRIP / 2}
          rows={2}
        />
        <p className="numbers">along the sphere that draws of noise lie near; pictures are numbered row by row</p>
      </section>
    </PlayPage>
  );
}
