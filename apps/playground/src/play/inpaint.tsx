/** @file In-painting: cover a part of a digit, and the model draws it anew to fit the rest. */
import { useMemo, useState } from "react";
import type { OpenModel } from "../models/engine.js";
import { ErrorText } from "../shell/error-text.js";
import { useAddress } from "../url-state.js";
import { BLANK, DIGITS, SIDE } from "./digits.js";
import { pictureCode, pictureOf, pictureSetting } from "../link-codes.js";
import { denoised, type DrawOptions, type Moment } from "./diffusion.js";
import { Pad } from "./pad.js";
import { Pictures } from "./pictures.js";
import { useWalk } from "./use-walk.js";

export interface InpaintProps {
  readonly model: OpenModel | undefined;
  /** The picture to begin with. */
  readonly from: Float32Array | undefined;
  /** How it is drawn. */
  readonly options: Omit<DrawOptions, "known" | "signal">;
}

const COUNT = 4;
const SIZE = SIDE * SIDE;
const ADDRESS = { picture: pictureSetting(SIZE), cover: pictureSetting(SIZE) } as const;

export function Inpaint({ model, from, options }: InpaintProps) {
  const [{ picture, cover: covered }, set] = useAddress(ADDRESS);
  const own = useMemo(() => (picture === "" ? undefined : pictureOf(picture, SIZE)), [picture]);
  const cover = useMemo(() => pictureOf(covered, SIZE)!, [covered]);
  const [tool, setTool] = useState<"cover" | "draw">("cover");
  const { items, isRunning, error, start, stop } = useWalk<Moment>();
  const x = own ?? from ?? BLANK;
  const mask = useMemo(() => cover.map((v) => Number(v < 0.5)), [cover]);
  const fill = (): void => {
    if (model !== undefined)
      start((signal) => denoised(model, { ...options, count: COUNT, known: { x, mask }, signal }));
  };
  return (
    <section className="card">
      <h2>Draw a part anew</h2>
      <div className="settings">
        <label>
          Pointer
          <select value={tool} onChange={(event) => setTool(event.target.value as typeof tool)}>
            <option value="cover">covers what is to be drawn</option>
            <option value="draw">draws ink</option>
          </select>
        </label>
        <div className="buttons">
          <button type="button" className="primary" onClick={fill} disabled={model === undefined || isRunning}>
            Fill in
          </button>
          <button type="button" onClick={stop} disabled={!isRunning}>
            Stop
          </button>
          <button type="button" onClick={() => set({ picture: "", cover: "" })}>
            Clear
          </button>
        </div>
      </div>
      <div className="pair">
        <div className="stack">
          <Pad
            label="The picture: draw in it"
            value={x}
            side={SIDE}
            onChange={(value) => set({ picture: pictureCode(value) })}
          />
          <div className={tool === "cover" ? "over" : "over idle"}>
            <Pad
              label="The cover: what is to be drawn anew"
              value={cover}
              side={SIDE}
              onChange={(value) => set({ cover: pictureCode(value) })}
              brush={3}
              paint="mark"
            />
          </div>
        </div>
        <div>
          <Pictures
            label="Four ways to fill it in"
            data={items.at(-1)?.estimate}
            shape={DIGITS}
            columns={2}
            rows={COUNT / 2}
          />
          <p className="numbers">
            {isRunning ? `step ${items.length} of ${options.steps}` : "four ways to fill in what is covered"}
          </p>
        </div>
      </div>
      {error === undefined ? null : <ErrorText error={error} />}
    </section>
  );
}
