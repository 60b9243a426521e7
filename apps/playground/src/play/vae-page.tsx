/** @file The VAE: a plane of its latent space under the pointer, a text in the style that is there, and walks between styles. */
import { useMemo } from "react";
import { useModel } from "../models/use-model.js";
import { number, SEED, text, useAddress } from "../url-state.js";
import { SeedBox, Words } from "./controls.js";
import { directions, drawn, known, placeOf, repeated, SHAPE, STYLE, walked } from "./glyphs.js";
import { LetterPad } from "./letter-pad.js";
import { Pictures } from "./pictures.js";
import { Aim } from "../plane/aim.js";
import { PlayPage } from "./play-page.js";
import { TypefaceWalk } from "./typeface-walk.js";
import { useLatest } from "./use-latest.js";

/** How far the plane goes, in standard deviations of the prior; cells of its map along a side; steps of a walk. */
const [REACH, CELLS, STEPS] = [2.5, 9, 9];
const LENGTH = 12;
const MIDDLE: Float32Array = new Float32Array(STYLE);

const ADDRESS = {
  seed: SEED,
  text: text({ start: "Typefaces", length: LENGTH }),
  x: number({ start: 0.6, min: -REACH, max: REACH, decimals: 2 }),
  y: number({ start: 1.2, min: -REACH, max: REACH, decimals: 2 }),
} as const;

export function VaePage() {
  const [{ seed, text: words, x, y }, set] = useAddress(ADDRESS);
  const of = useModel("glyphs-vae");
  const model = of.state === "ready" ? of.model : undefined;
  const letters = known(words) || "A";
  const axes = useMemo(() => directions(seed), [seed]);
  const code = useMemo(() => placeOf(axes, x, y), [axes, x, y]);

  const map = useLatest(
    useMemo(() => {
      if (model === undefined) return undefined;
      const codes = new Float32Array(CELLS * CELLS * STYLE);
      const at = (i: number): number => ((2 * i + 1) / CELLS - 1) * REACH;
      for (let i = 0; i < CELLS * CELLS; i++)
        codes.set(placeOf(axes, at(i % CELLS), -at(Math.floor(i / CELLS))), i * STYLE);
      return () => drawn(model, letters[0]!.repeat(CELLS * CELLS), codes);
    }, [model, axes, letters]),
  );
  const line = useLatest(
    useMemo(
      () => (model === undefined ? undefined : () => drawn(model, letters, repeated(code, letters.length))),
      [model, letters, code],
    ),
  );
  const walk = useLatest(
    useMemo(() => {
      if (model === undefined) return undefined;
      return () => walked(model, letters, { from: MIDDLE, to: code, steps: STEPS });
    }, [model, letters, code]),
  );

  return (
    <PlayPage
      title="Variational autoencoder"
      lead="It has learned 533 typefaces and is told which letter to draw; what is left is the style: 12 numbers. Two directions among them are the plane below. Move through it, and the text follows."
      equation="log p(x) ≥ E_{q(z|x)}[ log p(x|z) ] − KL( q(z|x) ‖ N(0, I) )"
      paper="Kingma & Welling 2014"
      of={of}
      error={line.error ?? map.error ?? walk.error}
    >
      <section className="card">
        <h2>A plane of styles</h2>
        <Aim
          label="Plane of the latent space"
          x={x}
          y={y}
          reach={REACH}
          onMove={(nextX, nextY) => set({ x: nextX, y: nextY })}
        >
          <Pictures
            label={`The letter ${letters[0]!} across the plane`}
            data={map.value}
            shape={SHAPE}
            columns={CELLS}
            rows={CELLS}
          />
        </Aim>
      </section>
      <section className="card">
        <h2>Your text in the style under the pointer</h2>
        <div className="settings">
          <Words label="Text (letters and digits)" value={words} length={LENGTH} onChange={(v) => set({ text: v })} />
          <SeedBox value={seed} onChange={(v) => set({ seed: v })} />
        </div>
        <Pictures
          label={`“${letters}” in one style`}
          data={line.value}
          shape={SHAPE}
          columns={letters.length}
          rows={1}
        />
        <h2>The way there, from the middle of the plane</h2>
        <Pictures
          label={`“${letters}” in ${STEPS} styles from the middle of the plane to the pointer`}
          data={walk.value}
          shape={SHAPE}
          columns={letters.length}
          rows={STEPS}
        />
      </section>
      <TypefaceWalk model={model} letters={letters} />
      <LetterPad model={model} letters={letters} />
    </PlayPage>
  );
}
