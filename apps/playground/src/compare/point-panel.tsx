/** @file One point of the plane under every family: click, and read log p as each of them has it. */
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { explained } from "../shell/explained.js";
import { REACH } from "../train/densities.js";
import { FAMILIES } from "../train/families.js";
import { PlaneView } from "../train/plane-view.js";
import type { Look } from "../train/training.js";
import type { Models } from "./models.js";

type Point = readonly [x: number, y: number];

/** How far a key moves the point. */
const KEY_STEP = 0.1;
const MOVES: Readonly<Record<string, Point>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, KEY_STEP],
  ArrowDown: [0, -KEY_STEP],
};
const NOT_YET = "Five models of two moons, each after 1,500 steps. The engine, 4 MB, is fetched when they are opened.";

export function PointPanel() {
  const models = useRef<Models | undefined>(undefined);
  const [looks, setLooks] = useState<ReadonlyMap<string, Look>>(new Map());
  const [point, setPoint] = useState<Point>([0.5, 0.5]);
  const [nats, setNats] = useState<ReadonlyMap<string, number>>(new Map());
  const [says, setSays] = useState(NOT_YET);
  useEffect(() => () => void models.current?.close(), []);

  const open = async (): Promise<void> => {
    setSays("Fetching the engine and the models …");
    try {
      const { Models } = await import("./models.js");
      models.current = await Models.open();
      for await (const look of models.current.looks()) setLooks((before) => new Map([...before, [look.family, look]]));
      await ask(point);
    } catch (error) {
      setSays(explained(error));
    }
  };
  const ask = async (next: Point): Promise<void> => {
    setPoint(next);
    if (models.current === undefined) return;
    setSays("Asking each family …");
    const answer = await models.current.nats(next);
    if (answer === undefined) return; // another point was chosen meanwhile
    setNats(answer);
    setSays(`log p at (${next[0].toFixed(2)}, ${next[1].toFixed(2)}), in nats.`);
  };
  const at = (event: PointerEvent<HTMLElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const [u, v] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    void ask([(2 * u - 1) * REACH, (1 - 2 * v) * REACH]);
  };
  const move = (event: KeyboardEvent): void => {
    const step = MOVES[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const bounded = (v: number): number => Math.max(-REACH, Math.min(REACH, v));
    void ask([bounded(point[0] + step[0]), bounded(point[1] + step[1])]);
  };

  return (
    <section aria-labelledby="point">
      <h2 id="point">One point under every family</h2>
      <p className="lead">
        A flow and an autoregressive model have log p exactly; a VAE has a bound, which many draws tighten; a diffusion
        model has it by an equation that is solved in steps; a GAN has none. Click a plane, or move with the arrow keys.
      </p>
      {looks.size > 0 ? null : (
        <button type="button" className="primary" onClick={() => void open()} disabled={says !== NOT_YET}>
          Open the five models
        </button>
      )}
      <p className="status" role="status">
        {says}
      </p>
      <div className="cards">
        {FAMILIES.map(({ id, name, densityLabel }) => (
          <div className="card" key={id}>
            <h3>{name}</h3>
            <div
              className="canvas aimed"
              tabIndex={0}
              role="application"
              aria-label={`${name}: choose a point with the arrow keys`}
              onPointerDown={at}
              onKeyDown={move}
            >
              <PlaneView
                label={`${name}: samples over its density`}
                points={looks.get(id)?.samples ?? NONE}
                mark={point}
                {...(looks.get(id)?.logDensity !== undefined && { logDensity: looks.get(id)!.logDensity! })}
              />
            </div>
            <p className="numbers">
              {densityLabel === undefined ? "no density: only samples" : `log p: ${shown(nats.get(id))}`}
              <br />
              {densityLabel}
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}

const NONE: readonly number[] = [];

function shown(nats: number | undefined): string {
  if (nats === undefined) return "…";
  return `${nats.toFixed(3)} nats`;
}
