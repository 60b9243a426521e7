/** @file Rows of numbers as what they stand for: pictures, a table, text, or sound to hear. */
import { useEffect, useRef } from "react";
import { Pictures } from "../play/pictures.js";
import type { Shown } from "./own.js";

export interface SamplesProps {
  /** Whose rows these are. */
  readonly of: string;
  readonly shown: Shown;
  readonly rows: ArrayLike<number> | undefined;
}

const COLUMNS = 6;

export function Samples({ of, shown, rows }: SamplesProps) {
  const numbers = rows ?? [];
  switch (shown.as) {
    case "pictures":
      return (
        <Pictures
          label={`Pictures of ${of}`}
          data={rows === undefined ? undefined : Float32Array.from(rows)}
          shape={shown.shape}
          columns={COLUMNS}
          rows={4}
        />
      );
    case "table":
      return <Table columns={shown.columns} cell={shown.cell} numbers={numbers} of={of} />;
    case "text":
      return (
        <pre className="text" role="group" tabIndex={0} aria-label={`Text of ${of}`}>
          {pieces(numbers, shown.length).map(shown.text).join("\n\n· · ·\n\n")}
        </pre>
      );
    case "sound":
      return (
        <ul className="waves">
          {pieces(numbers, shown.length).map((wave, i) => (
            <li key={i}>
              <Wave wave={wave} label={`Sound ${i + 1} of ${of}`} rate={shown.rate} />
            </li>
          ))}
        </ul>
      );
  }
}

function pieces(numbers: ArrayLike<number>, length: number): number[][] {
  const all = Array.from(numbers);
  return Array.from({ length: Math.floor(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length));
}

interface TableProps extends Pick<Extract<Shown, { as: "table" }>, "columns" | "cell"> {
  readonly numbers: ArrayLike<number>;
  readonly of: string;
}

function Table({ columns, cell, numbers, of }: TableProps) {
  return (
    <div className="scrolled" tabIndex={0} role="region" aria-label={`Rows of ${of}`}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pieces(numbers, columns.length).map((row, i) => (
            <tr key={i}>
              {row.map((value, column) => (
                <td key={column}>{cell(column, value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const [WIDTH, HEIGHT] = [480, 48];

function Wave({
  wave,
  label,
  rate,
}: {
  readonly wave: readonly number[];
  readonly label: string;
  readonly rate: number;
}) {
  const audio = useRef<AudioContext | undefined>(undefined);
  useEffect(() => () => void audio.current?.close(), []);
  const play = (): void => {
    audio.current ??= new AudioContext();
    const buffer = audio.current.createBuffer(1, wave.length, rate);
    buffer.copyToChannel(
      Float32Array.from(wave, (v) => Math.min(1, Math.max(-1, v))),
      0,
    );
    const source = audio.current.createBufferSource();
    source.buffer = buffer;
    source.connect(audio.current.destination);
    source.start();
  };
  const most = wave.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
  const points = wave.map(
    (v, i) => `${((i / wave.length) * WIDTH).toFixed(1)},${((HEIGHT / 2) * (1 - v / most)).toFixed(1)}`,
  );
  return (
    <>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <polyline points={points.join(" ")} />
      </svg>
      <button type="button" onClick={play}>
        Play <span className="unseen">{label}</span>
      </button>
    </>
  );
}
