/** @file What one sets on a page: a number on a scale, a seed, words. */
import { useId } from "react";

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  /** How the value reads. @default as a number */
  readonly show?: (value: number) => string;
  /** What it does, in a line. */
  readonly hint?: string;
  readonly disabled?: boolean;
}

export function Slider({ label, value, min, max, step, onChange, show = String, hint, disabled = false }: SliderProps) {
  const id = useId();
  return (
    <div className="slider">
      <label htmlFor={id}>{label}</label>
      <output htmlFor={id}>{show(value)}</output>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        aria-valuetext={show(value)}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      {hint === undefined ? null : <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}

export interface SeedBoxProps {
  readonly value: number;
  readonly onChange: (seed: number) => void;
  readonly disabled?: boolean;
}

/** Largest seed that a link holds. */
const MOST = 2 ** 31 - 1;

export function SeedBox({ value, onChange, disabled = false }: SeedBoxProps) {
  return (
    <div className="seed">
      <label>
        Seed
        <input
          type="number"
          min={0}
          max={MOST}
          step={1}
          value={value}
          disabled={disabled}
          onChange={({ target: { valueAsNumber: seed } }) => {
            if (Number.isInteger(seed) && seed >= 0 && seed <= MOST) onChange(seed);
          }}
        />
      </label>
      <button type="button" disabled={disabled} onClick={() => onChange(Math.floor(Math.random() * 100_000))}>
        Another
      </button>
    </div>
  );
}

export interface WordsProps {
  readonly label: string;
  readonly value: string;
  readonly length: number;
  readonly onChange: (text: string) => void;
}

export function Words({ label, value, length, onChange }: WordsProps) {
  return (
    <label className="words">
      {label}
      <input
        type="text"
        value={value}
        maxLength={length}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
