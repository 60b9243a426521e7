/** @file Draw one letter, and the encoder says which style that is: the rest of the text follows it. */
import { useMemo } from "react";
import type { OpenModel } from "../models/engine.js";
import { pictureCode, pictureOf, pictureSetting } from "../link-codes.js";
import { ErrorText } from "../shell/error-text.js";
import { useAddress } from "../url-state.js";
import { f32, i32 } from "./arrays.js";
import { drawn, known, LETTERS, repeated, SHAPE } from "./glyphs.js";
import { Pad } from "./pad.js";
import { Pictures } from "./pictures.js";
import { useLatest } from "./use-latest.js";

const SIDE = 28;
const SIZE = SIDE * SIDE;
const ADDRESS = { letter: Array.from(LETTERS) as [string, ...string[]], picture: pictureSetting(SIZE) } as const;

export function LetterPad({ model, letters }: { readonly model: OpenModel | undefined; readonly letters: string }) {
  const [{ letter, picture: code }, set] = useAddress(ADDRESS);
  const picture = useMemo(() => pictureOf(code, SIZE)!, [code]);
  const styled = useLatest(
    useMemo(() => {
      if (model === undefined || code === "") return undefined;
      return async () => {
        const { mean } = await model.run("encode.onnx", {
          x: f32(picture, [1, ...SHAPE]),
          label: i32([LETTERS.indexOf(letter)]),
        });
        const all = letter + letters;
        return drawn(model, all, repeated(mean!.data as Float32Array, all.length));
      };
    }, [model, picture, code, letter, letters]),
  );
  return (
    <section className="card">
      <h2>Draw a letter, and the text follows its style</h2>
      <div className="settings">
        <label>
          The letter
          <select value={letter} onChange={(event) => set({ letter: event.target.value })}>
            {Array.from(LETTERS).map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => set({ picture: "" })}>
          Clear
        </button>
      </div>
      <div className="pair">
        <Pad
          label={`Draw the letter ${letter}`}
          value={picture}
          side={SIDE}
          onChange={(value) => set({ picture: pictureCode(value) })}
        />
        <div>
          <Pictures
            label={`What the model makes of it, then “${known(letters)}” in its style`}
            data={code === "" ? undefined : styled.value}
            shape={SHAPE}
            columns={Math.ceil((letters.length + 1) / 2)}
            rows={2}
          />
          <p className="numbers">
            the encoder&apos;s 12 numbers of what you drew, first for your letter, then for the text
          </p>
        </div>
      </div>
      {styled.error === undefined ? null : <ErrorText error={styled.error} />}
    </section>
  );
}
