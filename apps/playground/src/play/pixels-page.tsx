/** @file The PixelCNN: rub out a part of a digit, and it is drawn anew pixel by pixel; what the model expects, and log p exactly. */
import { useEffect, useMemo, useState } from "react";
import { useModel } from "../models/use-model.js";
import { pictureCode, pictureOf, pictureSetting } from "../link-codes.js";
import { SEED, useAddress } from "../url-state.js";
import { SeedBox } from "./controls.js";
import { BLANK, DIGITS, SIDE } from "./digits.js";
import { Pad } from "./pad.js";
import { Pictures } from "./pictures.js";
import { expected, pixelByPixel, SIZE, type Pixels } from "./pixels.js";
import { PlayPage } from "./play-page.js";
import { useLatest } from "./use-latest.js";
import { useWalk } from "./use-walk.js";

/** Ways to draw what is missing. */
const COUNT = 4;
const WHOLE: Float32Array = new Float32Array(SIZE).fill(1);

/** Beside the seed the picture, if it is one's own, and what is rubbed out of it. */
const ADDRESS = { seed: SEED, picture: pictureSetting(SIZE), cover: pictureSetting(SIZE) } as const;

/** What the pointer does. */
const TOOLS = { rub: "rubs out: to be drawn anew", ink: "draws ink", white: "takes ink away" } as const;
type Tool = keyof typeof TOOLS;

export function PixelsPage() {
  const [{ seed, picture, cover: covered }, set] = useAddress(ADDRESS);
  const of = useModel("mnist-pixelcnn");
  const model = of.state === "ready" ? of.model : undefined;
  const { items, isRunning, error, start, stop } = useWalk<Pixels>({ keeps: 1 });
  const own = useMemo(() => (picture === "" ? undefined : pictureOf(picture, SIZE)), [picture]);
  const cover = useMemo(() => pictureOf(covered, SIZE)!, [covered]);
  const [tool, setTool] = useState<Tool>("rub");
  const drawn = items.at(-1);
  const x = useMemo(() => own ?? drawn?.x.slice(0, SIZE) ?? BLANK, [own, drawn]);
  const mask = useMemo(() => cover.map((v) => Number(v > 0.5)), [cover]);
  const isCovered = mask.includes(1);
  const [asked, ask] = useState(isCovered ? { x, mask } : { x: BLANK, mask: WHOLE }); // what a link has is drawn at once
  useEffect(() => {
    if (model === undefined) return;
    start((signal) => pixelByPixel(model, { ...asked, count: COUNT, seed, signal }));
  }, [model, asked, seed, start]);

  const seen = useLatest(
    useMemo(() => (model === undefined || isRunning ? undefined : () => expected(model, x)), [model, isRunning, x]),
  );
  const take = (value: Float32Array): void => set({ picture: pictureCode(value), cover: "" });
  return (
    <PlayPage
      title="PixelCNN"
      lead="A network that has learned which pixel comes next, row by row from the top. It draws digits that way, one pixel after the other, and whatever you rub out."
      equation="log p(x) = Σ_{i} log p( x_{i} | x_{1}, …, x_{i−1} )"
      paper="van den Oord, Kalchbrenner & Kavukcuoglu 2016"
      of={of}
      error={error ?? seen.error}
    >
      <section className="card">
        <h2>A digit: rub out a part of it</h2>
        <div className="settings">
          <label>
            Pointer
            <select value={tool} onChange={(event) => setTool(event.target.value as Tool)}>
              {Object.entries(TOOLS).map(([name, does]) => (
                <option key={name} value={name}>
                  {does}
                </option>
              ))}
            </select>
          </label>
          <div className="buttons">
            <button
              type="button"
              className="primary"
              onClick={() => {
                set({ picture: pictureCode(x) }); // it stays while the rest is drawn
                ask({ x, mask });
              }}
              disabled={model === undefined || isRunning || !isCovered}
            >
              Complete
            </button>
            <button type="button" onClick={stop} disabled={!isRunning}>
              Stop
            </button>
            <button type="button" onClick={() => take(BLANK)} disabled={isRunning}>
              Clear
            </button>
          </div>
        </div>
        <div className="pair even">
          <div className="stack">
            <Pad
              label="The picture: draw in it"
              value={x}
              side={SIDE}
              onChange={(value) => set({ picture: pictureCode(value.map((v) => Number(v > 0.5))) })}
              isErasing={tool === "white"}
            />
            <div className={tool === "rub" ? "over" : "over idle"}>
              <Pad
                label="What is rubbed out"
                value={cover}
                side={SIDE}
                onChange={(value) => set({ cover: pictureCode(value) })}
                brush={2.5}
                paint="mark"
              />
            </div>
          </div>
          <div>
            <Pictures
              label="Probability of ink, pixel by pixel"
              data={seen.value?.p}
              shape={DIGITS}
              columns={1}
              rows={1}
              isSharp
            />
            <p className="numbers">what it expects of each pixel, given those before</p>
          </div>
        </div>
        <p className="numbers" role="status">
          {seen.value === undefined || isRunning
            ? "log p(x): …"
            : `log p(x) = ${seen.value.logProb[0]!.toFixed(1)} nats, exactly: ${(-seen.value.logProb[0]! / (SIZE * Math.LN2)).toFixed(3)} bits a pixel`}
        </p>
      </section>
      <section className="card">
        <h2>{COUNT} ways to draw it, pixel by pixel</h2>
        <div className="settings">
          <SeedBox value={seed} onChange={(v) => set({ seed: v })} />
        </div>
        <Pictures label={`${COUNT} completions`} data={drawn?.x} shape={DIGITS} columns={COUNT} rows={1} isSharp />
        <div className="buttons picks">
          {Array.from({ length: COUNT }, (_, k) => (
            <button
              key={k}
              type="button"
              disabled={isRunning || drawn === undefined}
              onClick={() => take(drawn!.x.slice(k * SIZE, (k + 1) * SIZE))}
            >
              Take <span className="unseen">picture {k + 1}</span>
            </button>
          ))}
        </div>
        <p className="numbers" role="status">
          {isRunning ? `pixel ${drawn?.at ?? 0} of ${SIZE}` : "take one, to go on with it on the left"}
        </p>
        <Pictures label="What it expected" data={drawn?.p} shape={DIGITS} columns={COUNT} rows={1} isSharp />
        <p className="numbers">
          what it expected of each pixel when the last one was drawn. What stands below a pixel has no say in it, so a
          top that was rubbed out need not fit the rest.
        </p>
      </section>
    </PlayPage>
  );
}
