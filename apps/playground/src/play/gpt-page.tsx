/** @file The GPT: text that streams, every way of choosing the next character, and what it chooses from. */
import type { SamplingOptions } from "@gen/autoregressive";
import { shapes } from "@gen/cli/options";
import { useMemo, useState } from "react";
import { labelOf } from "../form/form.js";
import { useModel } from "../models/use-model.js";
import { number, SEED, text, useAddress, type Setting } from "../url-state.js";
import { SeedBox, Slider, Words } from "./controls.js";
import { CHARACTERS, nextOf, readable, written } from "./gpt.js";
import { PlayPage } from "./play-page.js";
import { useLatest } from "./use-latest.js";
import { useWalk } from "./use-walk.js";

/** Of the prompt, and of what is written after it. */
const [LENGTH, MOST] = [64, 600];
/** Next characters that are shown. */
const SHOWN = 12;

/** Where an option of `gen write` stands on its slider. */
interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly start: number;
  /** The value that leaves the option out, and how that reads. @default none does */
  readonly off?: readonly [value: number, reads: string];
  /** It shapes a draw, and nothing else. */
  readonly draws?: true;
}

const RANGES: Readonly<Record<Shape, Range>> = {
  temperature: { min: 0.1, max: 2, step: 0.05, start: 0.8, draws: true },
  topK: { min: 0, max: CHARACTERS.length, step: 1, start: 0, off: [0, "all"], draws: true },
  topP: { min: 0.05, max: 1, step: 0.05, start: 1, draws: true },
  minP: { min: 0, max: 0.5, step: 0.01, start: 0, draws: true },
  typicalP: { min: 0.05, max: 1, step: 0.05, start: 1, draws: true },
  repetitionPenalty: { min: 1, max: 2, step: 0.05, start: 1 },
  presencePenalty: { min: 0, max: 2, step: 0.05, start: 0 },
  frequencyPenalty: { min: 0, max: 1, step: 0.02, start: 0 },
  noRepeat: { min: 0, max: 12, step: 1, start: 0, off: [0, "may repeat"] },
};
type Shape = keyof typeof shapes.fields;
const SHAPES = Object.keys(shapes.fields) as Shape[];

const ADDRESS = {
  prompt: text({ start: "ROMEO:", length: LENGTH }),
  seed: SEED,
  choose: ["draw", "greedy"],
  ...(Object.fromEntries(
    SHAPES.map((name) => [name, number({ ...RANGES[name], decimals: RANGES[name].step < 1 ? 2 : 0 })]),
  ) as Record<Shape, Setting<number>>),
} as const;

export function GptPage() {
  const [chosen, set] = useAddress(ADDRESS);
  const of = useModel("shakespeare-gpt");
  const model = of.state === "ready" ? of.model : undefined;
  const { items, isRunning, error, start, stop } = useWalk<string>({ keeps: 1 });
  const [own, setOwn] = useState(""); // letters that were chosen by hand
  const prompt = readable(chosen.prompt) || "\n";
  const isGreedy = chosen.choose === "greedy";
  const values = SHAPES.map((name) => chosen[name]).join();
  const options = useMemo(() => optionsOf(values.split(",").map(Number), isGreedy), [values, isGreedy]);
  const shown = items.at(-1) ?? prompt + own;
  const next = useLatest(
    useMemo(
      () =>
        model === undefined || isRunning ? undefined : () => nextOf(model, shown, { options, prompt: prompt.length }),
      [model, isRunning, shown, options, prompt],
    ),
  );
  const write = (from: string): void => {
    if (model === undefined) return;
    const given = { options, prompt: prompt.length, seed: chosen.seed, most: MOST };
    setOwn("");
    start((signal) => written(model, from, { ...given, signal }));
  };
  const put = (character: string): void => {
    stop();
    const after = shown + character;
    setOwn(after.slice(prompt.length));
    start(async function* () {
      await Promise.resolve();
      yield after;
    });
  };
  const restart = (change: Parameters<typeof set>[0]): void => {
    stop();
    setOwn("");
    start(async function* () {
      // nothing is written yet
    });
    set(change);
  };
  return (
    <PlayPage
      title="GPT"
      lead="A transformer of 4 layers that has read Shakespeare, character by character, and writes on. It looks back on 64 characters."
      equation="log p(x) = Σ_{i} log p( x_{i} | x_{<i} )"
      paper="Radford et al. 2018"
      of={of}
      error={error ?? next.error}
    >
      <section className="card">
        <h2>Text</h2>
        <div className="settings">
          <Words
            label="It begins with"
            value={chosen.prompt}
            length={LENGTH}
            onChange={(v) => restart({ prompt: v })}
          />
          <SeedBox value={chosen.seed} onChange={(v) => restart({ seed: v })} />
          <div className="buttons">
            <button
              type="button"
              className="primary"
              onClick={() => write(prompt)}
              disabled={model === undefined || isRunning}
            >
              Write
            </button>
            <button type="button" onClick={stop} disabled={!isRunning}>
              Stop
            </button>
          </div>
        </div>
        <pre className="text" role="group" tabIndex={0} aria-label="What was written">
          <strong>{shown.slice(0, prompt.length)}</strong>
          {shown.slice(prompt.length)}
        </pre>
        <p className="numbers" role="status">
          {isRunning
            ? "writing …, also while this tab is hidden"
            : `${shown.length - prompt.length} characters after the beginning`}
        </p>
      </section>
      <section className="card">
        <h2>What comes next</h2>
        <p className="numbers">as all options of “How it is chosen” shape it; choose one to put it there</p>
        <ol className="chances">
          {chancesOf(next.value).map(({ character, p }) => (
            <li key={character}>
              <button type="button" onClick={() => put(character)} disabled={isRunning || p === 0}>
                <span>{nameOf(character)}</span>
                <meter value={p} max={1} aria-label={`probability of ${nameOf(character)}`} />
                <span>{(100 * p).toFixed(1)} %</span>
              </button>
            </li>
          ))}
        </ol>
      </section>
      <section className="card">
        <h2>How it is chosen</h2>
        <label className="words">
          Choose
          <select
            value={chosen.choose}
            onChange={(event) => set({ choose: event.target.value as typeof chosen.choose })}
          >
            <option value="draw">by chance, as shaped below</option>
            <option value="greedy">always the likeliest</option>
          </select>
        </label>
        {SHAPES.map((name) => {
          const { min, max, step, off, draws = false } = RANGES[name];
          return (
            <Slider
              key={name}
              label={labelOf(name)}
              hint={shapes.fields[name].description}
              {...{ min, max, step }}
              value={chosen[name]}
              disabled={isGreedy && draws}
              onChange={(v) => set({ [name]: v })}
              show={(v) => (v === off?.[0] ? off[1] : String(Number(v.toFixed(2))))}
            />
          );
        })}
      </section>
    </PlayPage>
  );
}

/** What the sliders mean to the package, in the order of {@link SHAPES}. */
function optionsOf(values: readonly number[], isGreedy: boolean): SamplingOptions {
  const given = SHAPES.flatMap((name, i) => {
    const { off, draws = false } = RANGES[name];
    return values[i] === off?.[0] || (isGreedy && draws) ? [] : [[name, values[i]!] as const];
  });
  return { ...(Object.fromEntries(given) as SamplingOptions), ...(isGreedy && { greedy: true }) };
}

function chancesOf(p: Float64Array | undefined): readonly { readonly character: string; readonly p: number }[] {
  const all = Array.from(CHARACTERS, (character, i) => ({ character, p: p?.[i] ?? 0 }));
  return all.sort((a, b) => b.p - a.p).slice(0, SHOWN);
}

function nameOf(character: string): string {
  return character === "\n" ? "new line" : character === " " ? "space" : character;
}
