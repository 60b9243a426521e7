/** @file One point of the plane under every family: point at it, and read log p as each of them has it. */
import { useEffect, useMemo, useRef, useState } from "react";
import { Aim } from "../plane/aim.js";
import { REACH } from "../plane/plane.js";
import { PlaneView } from "../plane/plane-view.js";
import { useLatest } from "../play/use-latest.js";
import { explained } from "../shell/explained.js";
import { FAMILIES } from "../train/families.js";
import type { Look } from "../train/training.js";
import { number, useAddress } from "../url-state.js";
import type { Models } from "./models.js";

const PLACE = number({ start: 0.5, min: -REACH, max: REACH, decimals: 2 });
const ADDRESS = { x: PLACE, y: PLACE } as const;
const NOT_YET =
  "Five models of two moons, each after 1,500 steps. ONNX Runtime, 14 MB, is fetched when they are opened.";

export function PointPanel() {
  const [{ x, y }, set] = useAddress(ADDRESS);
  const opened = useRef<Models | undefined>(undefined);
  const [models, setModels] = useState<Models>();
  const [looks, setLooks] = useState<ReadonlyMap<string, Look>>(new Map());
  const [says, setSays] = useState(NOT_YET);
  const nats = useLatest(useMemo(() => (models === undefined ? undefined : () => models.nats([x, y])), [models, x, y]));
  useEffect(() => () => void opened.current?.close(), []);

  const open = async (): Promise<void> => {
    setSays("Fetching the engine and the models …");
    try {
      const { Models } = await import("./models.js");
      const made = (opened.current = await Models.open());
      for await (const look of made.looks()) setLooks((before) => new Map([...before, [look.family, look]]));
      setModels(made);
      setSays("");
    } catch (error) {
      setSays(explained(error));
    }
  };
  const there =
    nats.error === undefined ? `log p at (${x.toFixed(2)}, ${y.toFixed(2)}), in nats.` : explained(nats.error);
  return (
    <section aria-labelledby="point">
      <h2 id="point">One point under every family</h2>
      <p className="lead">
        A flow and an autoregressive model have log p exactly; a VAE has a bound, which many draws tighten; a diffusion
        model has it by an equation that is solved in steps; a GAN has none. Point at a plane, or move with the arrow
        keys.
      </p>
      {looks.size > 0 ? null : (
        <button type="button" className="primary" onClick={() => void open()} disabled={says !== NOT_YET}>
          Open the five models
        </button>
      )}
      <p className="status" role="status">
        {models === undefined ? says : there}
      </p>
      <div className="cards">
        {FAMILIES.map(({ id, name, densityLabel }) => (
          <div className="card" key={id}>
            <h3>{name}</h3>
            <div>
              <Aim
                label={`${name}: choose a point`}
                {...{ x, y }}
                reach={REACH}
                onMove={(nextX, nextY) => set({ x: nextX, y: nextY })}
              >
                <PlaneView
                  label={`${name}: samples over its density`}
                  points={looks.get(id)?.samples ?? NONE}
                  {...(looks.get(id)?.logDensity !== undefined && { logDensity: looks.get(id)!.logDensity! })}
                />
              </Aim>
            </div>
            <p className="numbers">
              {densityLabel === undefined ? "no density: only samples" : `log p: ${shown(nats.value?.get(id))}`}
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
