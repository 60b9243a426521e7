/** @file A walk between two typefaces that one chooses: the text on the straight way from the style of one to that of the other. */
import { useEffect, useMemo, useState } from "react";
import { GenError } from "@gen/core/sample";
import type { OpenModel } from "../models/engine.js";
import { Choice } from "../shell/choice.js";
import { ErrorText } from "../shell/error-text.js";
import { text, useAddress } from "../url-state.js";
import { SHAPE, walked } from "./glyphs.js";
import { Pictures } from "./pictures.js";
import { useLatest } from "./use-latest.js";

const STEPS = 9;
/** Longest name in an address. */
const LENGTH = 60;

const ADDRESS = {
  from: text({ start: "Lato Thin", length: LENGTH }),
  to: text({ start: "Lobster Two Bold", length: LENGTH }),
} as const;

/** Codes by the names of typefaces. */
type Typefaces = Readonly<Record<string, readonly number[]>>;

export function TypefaceWalk({ model, letters }: { readonly model: OpenModel | undefined; readonly letters: string }) {
  const [asked, set] = useAddress(ADDRESS);
  const { typefaces, error } = useTypefaces();
  const [from, to] = (["from", "to"] as const).map((end) =>
    typefaces === undefined || asked[end] in typefaces ? asked[end] : ADDRESS[end].start,
  ) as [string, string];
  const [a, b] = [typefaces?.[from], typefaces?.[to]];
  const walk = useLatest(
    useMemo(() => {
      if (model === undefined || a === undefined || b === undefined) return undefined;
      return () => walked(model, letters, { from: Float32Array.from(a), to: Float32Array.from(b), steps: STEPS });
    }, [model, letters, a, b]),
  );
  const names = Object.keys(typefaces ?? { [from]: [], [to]: [] });
  const failed = error ?? walk.error;
  return (
    <section className="card">
      <h2>A walk between two typefaces</h2>
      <div className="settings">
        <Choice label="From" value={from} options={names} onChange={(v) => set({ from: v })} />
        <Choice label="To" value={to} options={names} onChange={(v) => set({ to: v })} />
      </div>
      <Pictures
        label={`“${letters}” in ${STEPS} styles from ${from} to ${to}`}
        data={walk.value}
        shape={SHAPE}
        columns={letters.length}
        rows={STEPS}
      />
      <p className="numbers">
        the first and the last line: the mean of what the encoder makes of all letters of the typeface, drawn by the
        decoder
      </p>
      {failed === undefined ? null : <ErrorText error={failed} />}
    </section>
  );
}

/** The typefaces that the model has learned from, as `shipped/typefaces.ts` wrote them down. */
function useTypefaces(): { readonly typefaces?: Typefaces; readonly error?: unknown } {
  const [found, setFound] = useState<{ readonly typefaces?: Typefaces; readonly error?: unknown }>({});
  useEffect(() => {
    let isCurrent = true;
    read().then(
      (typefaces) => isCurrent && setFound({ typefaces }),
      (error: unknown) => isCurrent && setFound({ error }),
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  return found;
}

async function read(): Promise<Typefaces> {
  const lost = (why: string): GenError =>
    new GenError("file", `cannot fetch the typefaces: ${why}`, { fix: "check the connection and load the page again" });
  const answer = await fetch("models/glyphs-vae/typefaces.json").catch(() => {
    throw lost("the connection failed");
  });
  if (!answer.ok) throw lost(`the server answered ${answer.status}`);
  return (await answer.json()) as Typefaces;
}
