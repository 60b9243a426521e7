/** @file Emoji of the VQ-VAE: codes one after the other from a learned prior, decoded in colour. */
import { useMemo } from "react";
import { stopAll } from "../models/engine.js";
import { useModel } from "../models/use-model.js";
import { SEED, useAddress } from "../url-state.js";
import { i32, i64 } from "./arrays.js";
import { SeedBox } from "./controls.js";
import { Pictures } from "./pictures.js";
import { PlayPage } from "./play-page.js";
import { useLatest } from "./use-latest.js";

const [COLUMNS, ROWS] = [6, 4];
const SHAPE = [3, 32, 32] as const;

/** In the order of the classes; the first is where the page begins. */
const GROUPS = [
  "Smileys & Emotion",
  "People & Body",
  "Animals & Nature",
  "Food & Drink",
  "Travel & Places",
  "Activities",
  "Objects",
  "Symbols",
  "Flags",
] as const;

const ADDRESS = { seed: SEED, group: GROUPS } as const;

export function EmojiPage() {
  const [{ seed, group }, set] = useAddress(ADDRESS);
  const of = useModel("emoji-vq");
  const model = of.state === "ready" ? of.model : undefined;
  const { value, error, isBusy } = useLatest(
    useMemo(() => {
      if (model === undefined) return undefined;
      const n = COLUMNS * ROWS;
      const label = i32(new Array<number>(n).fill(GROUPS.indexOf(group)));
      return async () => {
        const { samples } = await model.run("sampler.onnx", { seed: i64(seed), n: i64(n), label });
        return (samples!.data as Float32Array).map((v) => Math.min(1, Math.max(0, v)));
      };
    }, [model, seed, group]),
  );
  return (
    <PlayPage
      title="Emoji by codes"
      lead="A picture becomes 64 codes out of 256, and a second network learns which codes go together. New pictures are new codes, drawn one after the other and decoded: shapes that are nearly emoji."
      equation="log p(x|z_{q}(x)) + ‖ sg[z_{e}] − e ‖² + β ‖ z_{e} − sg[e] ‖²"
      paper="van den Oord, Vinyals & Kavukcuoglu 2017"
      of={of}
      error={error}
    >
      <section className="card wide">
        <h2>{COLUMNS * ROWS} new pictures</h2>
        <div className="settings">
          <label>
            Group
            <select value={group} onChange={(event) => set({ group: event.target.value as typeof group })}>
              {GROUPS.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <SeedBox value={seed} onChange={(v) => set({ seed: v })} />
          <button type="button" onClick={stopAll} disabled={!isBusy}>
            Stop
          </button>
        </div>
        <Pictures label={`Pictures of the group ${group}`} data={value} shape={SHAPE} columns={COLUMNS} rows={ROWS} />
        <p className="numbers" role="status">
          {isBusy ? "drawing, code by code …" : `the group “${group}”`}
        </p>
      </section>
    </PlayPage>
  );
}
