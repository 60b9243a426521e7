/** @file The flow: noise and data side by side, each point of one a point of the other, and log p exactly of what one draws. */
import { useCallback, useMemo } from "react";
import { useModel } from "../models/use-model.js";
import { Aim, type Touch } from "../plane/aim.js";
import { cells, REACH } from "../plane/plane.js";
import { PlaneView } from "../plane/plane-view.js";
import { MOST_POINTS, pointsCode, pointsOf, pointsSetting } from "../link-codes.js";
import { number, SEED, useAddress } from "../url-state.js";
import { normals } from "./arrays.js";
import { SeedBox } from "./controls.js";
import { decoded, logNormal, mapped, type Side } from "./flow.js";
import { PlayPage } from "./play-page.js";
import { useLatest } from "./use-latest.js";

/** Draws that are shown. */
const COUNT = 1500;

const MODELS = { checkerboard: "checkerboard-flow", rings: "rings-flow", moons: "moons-flow" } as const;
const TITLES = { checkerboard: "a checkerboard", rings: "two rings", moons: "two moons" } as const;
type Density = keyof typeof MODELS;
const DENSITIES = Object.keys(MODELS) as [Density, ...Density[]];

const PLACE = number({ start: 0.5, min: -REACH, max: REACH, decimals: 2 });
/** A line was drawn on one side. */
const ADDRESS = {
  density: DENSITIES,
  seed: SEED,
  side: ["x", "z"],
  a: PLACE,
  b: PLACE,
  line: pointsSetting(REACH),
  lineSide: ["x", "z"],
} as const;

const GRID = cells();
const NORMAL = Float32Array.from({ length: GRID.length / 2 }, (_, i) => logNormal(GRID[2 * i]!, GRID[2 * i + 1]!));

export function FlowPage() {
  const [{ density, seed, side, a, b, line: code, lineSide }, set] = useAddress(ADDRESS);
  const of = useModel(MODELS[density]);
  const model = of.state === "ready" ? of.model : undefined;
  const line = useMemo(() => ({ side: lineSide, points: pointsOf(code, REACH)! }), [lineSide, code]);
  const z = useMemo(() => normals(seed, 2 * COUNT), [seed]);
  const colours = useMemo(() => coloursOf(z), [z]);
  const draws = useLatest(useMemo(() => (model === undefined ? undefined : () => decoded(model, z)), [model, z]));
  const map = useLatest(useMemo(() => (model === undefined ? undefined : () => mapped(model, "x", GRID)), [model]));
  const point = useLatest(
    useMemo(
      () => (model === undefined ? undefined : () => mapped(model, side, Float32Array.of(a, b))),
      [model, side, a, b],
    ),
  );
  const drawn = useLatest(
    useMemo(() => {
      if (model === undefined || line.points.length === 0) return undefined;
      return () => mapped(model, line.side, Float32Array.from(line.points));
    }, [model, line]),
  );

  const move = useCallback(
    (on: Side, x: number, y: number, touch: Touch): void => {
      const here = { side: on, a: x, b: y };
      if (touch === "pass") set(here);
      else {
        const before = touch === "draw" && line.side === on ? line.points : [];
        set({ ...here, line: pointsCode([...before, x, y], REACH), lineSide: on });
      }
    },
    [set, line],
  );
  const at = (on: Side): readonly [number, number] => {
    const values = point.value?.[on];
    return on === side || values === undefined ? [a, b] : [values[0]!, values[1]!];
  };
  const lineAt = (on: Side): ArrayLike<number> =>
    line.side === on ? line.points : line.points.length === 0 ? [] : (drawn.value?.[on] ?? []);
  return (
    <PlayPage
      title="Normalizing flow"
      lead="A map that can be undone carries noise to data. Each point on the left is a point on the right, in the same colour. Point at either side, or draw a line: the other side follows, and log p of it is exact."
      equation="log p(x) = log N(f(x); 0, I) + log |det ∂f/∂x|"
      paper="Durkan et al. 2019"
      of={of}
      error={draws.error ?? map.error ?? point.error ?? drawn.error}
    >
      <div className="settings wide">
        <label>
          Data
          <select value={density} onChange={(event) => set({ density: event.target.value as Density })}>
            {DENSITIES.map((name) => (
              <option key={name} value={name}>
                {TITLES[name]}
              </option>
            ))}
          </select>
        </label>
        <SeedBox value={seed} onChange={(v) => set({ seed: v })} />
        <button type="button" onClick={() => set({ line: "" })} disabled={line.points.length === 0}>
          Clear the line
        </button>
      </div>
      <div className="sides wide">
        <section className="card">
          <h2>
            z: noise <small>draws of a normal distribution, coloured by their angle</small>
          </h2>
          <Aim label="Noise" x={at("z")[0]} y={at("z")[1]} reach={REACH} onMove={(...to) => move("z", ...to)}>
            <PlaneView
              label={`${COUNT} draws of noise`}
              points={z}
              colours={colours}
              logDensity={NORMAL}
              line={lineAt("z")}
            />
          </Aim>
        </section>
        <section className="card">
          <h2>
            x: data <small>the same draws, carried over; shade: p(x)</small>
          </h2>
          <Aim label="Data" x={at("x")[0]} y={at("x")[1]} reach={REACH} onMove={(...to) => move("x", ...to)}>
            <PlaneView
              label={`The same draws as ${TITLES[density]}`}
              points={draws.value ?? []}
              colours={colours}
              line={lineAt("x")}
              {...(map.value !== undefined && { logDensity: map.value.logProb })}
            />
          </Aim>
        </section>
      </div>
      <section className="card wide" aria-live="polite">
        <h2>log p, exactly</h2>
        <p className="sum">{point.value === undefined ? "…" : sumOf(point.value)}</p>
        <p className="numbers">
          {line.points.length === 0 || drawn.value === undefined
            ? "draw a line with the pointer held down, or with Shift and the arrow keys"
            : `the line${line.points.length === 2 * MOST_POINTS ? ", as long as a link holds" : ""}: ${shown(meanOf(drawn.value.logProb))} nats, the mean of log p over its ${drawn.value.logProb.length} points`}
        </p>
      </section>
    </PlayPage>
  );
}

/** By the angle of each point: neighbours in noise are seen to be neighbours in data. */
function coloursOf(z: Float32Array): string[] {
  return Array.from({ length: z.length / 2 }, (_, i) => {
    const degrees = (180 / Math.PI) * Math.atan2(z[2 * i + 1]!, z[2 * i]!);
    return `hsl(${degrees.toFixed(0)} 75% 48%)`;
  });
}

/** With a minus sign that is one. */
const shown = (v: number): string => (v < 0 ? `−${(-v).toFixed(3)}` : v.toFixed(3));

function sumOf({
  z,
  x,
  logProb,
}: {
  readonly z: Float32Array;
  readonly x: Float32Array;
  readonly logProb: Float32Array;
}): string {
  const base = logNormal(z[0]!, z[1]!);
  const pair = (v: Float32Array): string => `(${shown(v[0]!)}, ${shown(v[1]!)})`;
  const stretch = logProb[0]! - base;
  return `x = ${pair(x)}, z = ${pair(z)}:  log N(z) ${shown(base)}  ${stretch < 0 ? "−" : "+"}  log |det| ${Math.abs(stretch).toFixed(3)}  =  log p(x) ${shown(logProb[0]!)} nats`;
}

const meanOf = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
