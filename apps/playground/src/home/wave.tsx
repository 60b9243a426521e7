/** @file The alphabet in typefaces that nobody made: a wave of codes goes through it, along a closed walk in the latent space. */
import { useCallback, useRef, useState } from "react";
import { Loading } from "../models/loading.js";
import { useModel } from "../models/use-model.js";
import { arc, normals } from "../play/arrays.js";
import { drawn, LETTERS, SHAPE, STYLE } from "../play/glyphs.js";
import { drawPictures } from "../play/pictures.js";
import { useFrames, wantsStillness } from "../play/use-frames.js";
import { ErrorText } from "../shell/error-text.js";

/** Typefaces that the walk passes, seconds from one to the next, and letters between two of them in the wave. */
const [STATIONS, SECONDS, SPREAD] = [6, 3, 26];
/** Wide screens, narrow screens. */
const COLUMNS = { wide: 16, narrow: 8 } as const;

/** Of a draw from the prior: nearer the middle, letters are clearer. */
const NEARER = 0.7;

const stations = Array.from({ length: STATIONS }, (_, i) => normals(100 + i, STYLE).map((z) => NEARER * z));

export function Wave() {
  const of = useModel("glyphs-vae");
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isMoving, setMoving] = useState(() => !wantsStillness());
  const columns = window.innerWidth < 700 ? COLUMNS.narrow : COLUMNS.wide;
  const model = of.state === "ready" ? of.model : undefined;
  const frame = useCallback(
    async (seconds: number) => {
      const codes = new Float32Array(LETTERS.length * STYLE);
      for (let i = 0; i < LETTERS.length; i++) codes.set(codeAt(seconds / SECONDS + i / SPREAD), i * STYLE);
      const data = await drawn(model!, LETTERS, codes);
      if (canvas.current !== null) drawPictures(canvas.current, { data, shape: SHAPE, columns });
    },
    [model, columns],
  );
  const error = useFrames(model === undefined ? undefined : frame, isMoving);
  return (
    <section className="wave" aria-label="A model at work">
      <canvas
        ref={canvas}
        className="pictures"
        width={columns * 28}
        height={Math.ceil(LETTERS.length / columns) * 28}
        role="img"
        aria-label="The alphabet and ten digits, drawn by the model, slowly changing from one typeface to another"
      />
      <div className="buttons">
        {of.state !== "ready" ? (
          <Loading of={of} />
        ) : (
          <button type="button" onClick={() => setMoving(!isMoving)}>
            {isMoving ? "Pause" : "Move"}
          </button>
        )}
      </div>
      {error === undefined ? null : <ErrorText error={error} />}
    </section>
  );
}

/** The code at a place of the walk: station by station, and round again. */
function codeAt(place: number): Float32Array {
  const from = Math.floor(place) % STATIONS;
  const t = place - Math.floor(place);
  return arc(stations[from]!, stations[(from + 1) % STATIONS]!, t * t * (3 - 2 * t));
}
