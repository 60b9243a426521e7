/** @file Chorales: written by the model, drawn as a piano roll, played by the page; a beginning that is kept, the rest anew. */
import { useEffect, useMemo, useRef, useState } from "react";
import { stopAll } from "../models/engine.js";
import { useModel } from "../models/use-model.js";
import { number, SEED, useAddress } from "../url-state.js";
import { composed, LOW, notesOf, PITCHES, played, type Note } from "./chorale.js";
import { SeedBox, Slider } from "./controls.js";
import { PlayPage } from "./play-page.js";
import { useLatest } from "./use-latest.js";

const STEPS = 64;

const ADDRESS = {
  seed: SEED,
  tempo: number({ start: 96, min: 40, max: 200 }),
  keep: number({ start: 0, min: 0, max: STEPS }),
  rest: number({ start: 0, min: 0, max: 2 ** 31 - 1 }),
} as const;

export function ChoralesPage() {
  const [{ seed, tempo, keep, rest }, set] = useAddress(ADDRESS);
  const of = useModel("bach-lstm");
  const model = of.state === "ready" ? of.model : undefined;
  const piece = useLatest(
    useMemo(() => {
      if (model === undefined) return undefined;
      return async () => {
        const first = await composed(model, { known: 0, steps: STEPS, seed });
        return rest === 0 ? first : composed(model, { before: first, known: keep, steps: STEPS, seed: rest });
      };
    }, [model, seed, keep, rest]),
  );
  const notes = useMemo(() => (piece.value === undefined ? [] : notesOf(piece.value)), [piece.value]);
  const { step, isPlaying, play, stop } = usePlayer(notes, 60 / tempo);
  return (
    <PlayPage
      title="Chorales"
      lead="A recurrent network that has learned from 229 chorales of Bach which notes sound together, and what follows. Each step is a quarter note."
      equation="log p(x) = Σ_{t} Σ_{i} log p( x_{t,i} | x_{t,<i}, x_{<t} )"
      paper="Boulanger-Lewandowski, Bengio & Vincent 2012"
      of={of}
      error={piece.error}
    >
      <section className="card wide">
        <h2>A piece of {STEPS} quarters</h2>
        <div className="settings">
          <SeedBox value={seed} onChange={(v) => set({ seed: v, rest: 0 })} />
          <Slider
            label="Tempo"
            value={tempo}
            min={40}
            max={200}
            step={4}
            onChange={(v) => set({ tempo: v })}
            show={(v) => `${v} a minute`}
            disabled={isPlaying}
          />
          <Slider
            label="Keep the first"
            value={keep}
            min={0}
            max={STEPS}
            step={1}
            onChange={(v) => set({ keep: v })}
            show={(v) => `${v} quarters`}
          />
          <div className="buttons">
            <button
              type="button"
              onClick={() => set({ rest: 1 + Math.floor(Math.random() * 100_000) })}
              disabled={model === undefined}
            >
              Write the rest anew
            </button>
            {isPlaying ? (
              <button type="button" className="primary" onClick={stop}>
                Stop
              </button>
            ) : (
              <button type="button" className="primary" onClick={play} disabled={notes.length === 0}>
                Play
              </button>
            )}
          </div>
        </div>
        <Roll notes={notes} step={step} keep={keep} />
        <div className="buttons">
          <p className="numbers" role="status">
            {piece.isBusy
              ? "writing …"
              : `${notes.length} notes${isPlaying ? ", played on while this tab is hidden" : ""}`}
          </p>
          {piece.isBusy ? (
            <button type="button" onClick={stopAll}>
              Stop writing
            </button>
          ) : null}
        </div>
      </section>
    </PlayPage>
  );
}

interface RollProps {
  readonly notes: readonly Note[];
  readonly step: number | undefined;
  readonly keep: number;
}

function Roll({ notes, step, keep }: RollProps) {
  const top = LOW + PITCHES - 1;
  return (
    <svg
      className="roll"
      viewBox={`0 0 ${STEPS} ${PITCHES / 2}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Piano roll of ${notes.length} notes${step === undefined ? "" : `, at quarter ${step + 1}`}`}
    >
      {Array.from({ length: STEPS / 4 }, (_, bar) => (
        <line key={bar} x1={4 * bar} x2={4 * bar} y1={0} y2={PITCHES / 2} />
      ))}
      {notes.map(({ pitch, from, length }) => (
        <rect
          key={`${pitch} ${from}`}
          className={step !== undefined && step >= from && step < from + length ? "sounding" : undefined}
          x={from + 0.06}
          y={(top - pitch) / 2 + 0.04}
          width={length - 0.12}
          height={0.46}
          rx={0.12}
        />
      ))}
      {keep === 0 ? null : <line className="kept" x1={keep} x2={keep} y1={0} y2={PITCHES / 2} />}
    </svg>
  );
}

/** Sound, and the step that sounds. */
function usePlayer(notes: readonly Note[], secondsPerStep: number) {
  const [step, setStep] = useState<number | undefined>(undefined);
  const silence = useRef<(() => void) | undefined>(undefined);
  const stop = (): void => {
    silence.current?.();
    silence.current = undefined;
    setStep(undefined);
  };
  useEffect(() => stop, [notes]);
  const play = (): void => {
    stop();
    const playing = played(notes, secondsPerStep);
    setStep(0);
    const timer = setInterval(() => {
      const now = playing.step();
      if (now >= STEPS) stop();
      else setStep(now);
    }, 50);
    silence.current = () => {
      clearInterval(timer);
      playing.stop();
    };
  };
  return { step, isPlaying: step !== undefined, play, stop };
}
