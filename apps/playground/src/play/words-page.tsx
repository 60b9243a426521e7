/** @file Words to emoji: a diffusion model that was told the names of pictures, guided by words of one's own. */
import { useMemo } from "react";
import type { Card } from "@gen/core/sample";
import { wordNumbers, wordsOf } from "@gen/data";
import { useModel } from "../models/use-model.js";
import { number, SEED, text, useAddress } from "../url-state.js";
import { Words } from "./controls.js";
import { Denoising, DenoisingSettings, useDenoising } from "./denoising.js";
import { PlayPage } from "./play-page.js";

const [COUNT, SHAPE] = [6, [4, 32, 32] as const];
/** Words of one text that the model takes, and the group that stands for none. */
const [MOST_WORDS, NO_GROUP] = [6, 9];

const ADDRESS = {
  words: text({ start: "red heart", length: 60 }),
  guidance: number({ start: 3, min: 0, max: 8, decimals: 1 }),
  steps: number({ start: 20, min: 2, max: 50 }),
  seed: SEED,
} as const;

/** To begin with. */
const EXAMPLES = [
  "red heart",
  "blue square",
  "green apple",
  "four o clock",
  "cat face with tears of joy",
  "woman running",
];

export function WordsPage() {
  const [{ words, guidance, steps, seed }, set] = useAddress(ADDRESS);
  const of = useModel("emoji-words");
  const model = of.state === "ready" ? of.model : undefined;
  const vocabulary = useMemo(() => (model === undefined ? [] : vocabularyOf(model.card)), [model]);
  const options = useMemo(() => {
    const numbers = wordNumbers([words], { vocabulary, length: MOST_WORDS });
    const told = [
      {
        name: "words",
        shape: [MOST_WORDS],
        values: Array.from(numbers.data, Number),
        nothing: new Array<number>(MOST_WORDS).fill(0),
      },
      { name: "label", shape: [], values: [NO_GROUP], nothing: [NO_GROUP] },
    ];
    return { shape: SHAPE, told, count: COUNT, steps, guidance, seed };
  }, [words, vocabulary, steps, guidance, seed]);
  const walk = useDenoising(model, options);
  const { items, error } = walk;
  const given = wordsOf(words);
  const [known, unknown] = [true, false].map((is) => given.filter((word) => vocabulary.includes(word) === is));
  return (
    <PlayPage
      title="Words to emoji"
      lead="A transformer has learned to take noise out of 2,700 emoji while it was told their names. Give it words, in any order: it draws what they make of noise."
      equation="x̂ = x̂(x_{t}) + w ( x̂(x_{t}, words) − x̂(x_{t}) )"
      paper="Ho & Salimans 2022; Peebles & Xie 2023"
      of={of}
      error={error}
    >
      <section className="card wide">
        <h2>Out of noise, by words</h2>
        <div className="settings">
          <Words label="Words" value={words} length={60} onChange={(v) => set({ words: v })} />
          <DenoisingSettings
            guidance={{ label: "Guidance by the words", value: guidance, most: 8, none: "not told" }}
            steps={steps}
            seed={seed}
            onChange={set}
            walk={walk}
          />
        </div>
        <div className="buttons examples">
          {EXAMPLES.map((example) => (
            <button key={example} type="button" onClick={() => set({ words: example })}>
              {example}
            </button>
          ))}
        </div>
        <p className="numbers" role="status">
          {model === undefined ? "" : `it knows: ${known!.join(", ") || "none of these words"}`}
          {model === undefined || unknown!.length === 0 ? "" : `; it passes over: ${unknown!.join(", ")}`}
        </p>
        <Denoising moments={items} steps={steps} shape={SHAPE} count={COUNT} of={`emoji for “${words}”`} />
      </section>
      <details className="about wide">
        <summary>The {vocabulary.length} words that it knows</summary>
        <p>{vocabulary.join(" ")}</p>
      </details>
    </PlayPage>
  );
}

/** The words by their numbers, as the row of the model put them into its card. */
function vocabularyOf({ recipe }: Card): readonly string[] {
  return (recipe as { readonly words: readonly string[] }).words;
}
