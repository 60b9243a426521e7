/** @file What the pages with a shipped model share: title, equation, the model's state, and its card. */
import { lazy, Suspense, useDeferredValue, useState, useSyncExternalStore, type ReactNode } from "react";
import { isWorking, watchWork, type OpenModel } from "../models/engine.js";
import { Loading } from "../models/loading.js";
import { RunsOn } from "../models/runs-on.js";
import type { ModelState } from "../models/use-model.js";
import { Equation } from "../shell/equation.js";
import { ErrorText } from "../shell/error-text.js";
import "./play.css";

export interface PlayPageProps {
  readonly title: string;
  readonly lead: string;
  /** As the paper has it, as {@link Equation} writes it. */
  readonly equation: string;
  readonly paper: string;
  readonly of: ModelState;
  /** Of the last thing that was tried. */
  readonly error?: unknown;
  readonly children: ReactNode;
}

export function PlayPage({ title, lead, equation, paper, of, error, children }: PlayPageProps) {
  const works = useSyncExternalStore(watchWork, isWorking);
  const worked = useDeferredValue(works); // it ends only when what came of the work is shown, and no more follows from that
  return (
    <>
      <h1>{title}</h1>
      <p className="lead">{lead}</p>
      <Equation text={equation}>
        <cite>{paper}</cite>
      </Equation>
      {of.state === "ready" ? <RunsOn {...of} /> : <Loading of={of} />}
      {error === undefined ? null : <ErrorText error={error} />}
      <div className="play" aria-busy={of.state !== "ready" || works || worked}>
        {children}
      </div>
      <About model={of.state === "ready" ? of.model : undefined} />
    </>
  );
}

const Inside = lazy(async () => ({ default: (await import("../understand/inside.js")).Inside }));

/** What the card says; and the graph and the code, which are fetched when they are asked for. */
function About({ model }: { readonly model: OpenModel | undefined }) {
  const [isOpen, setOpen] = useState(false);
  const card = model?.card;
  return (
    <details className="about" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>About this model: its card, the graph that runs, and the code that runs it</summary>
      {model === undefined || card === undefined ? (
        <p>Its card comes with it.</p>
      ) : (
        <>
          <p>
            {card.name} of this repository&apos;s reproductions, learned from {card.data} ({card.licence}).{" "}
            {Object.entries(card.metrics)
              .map(([name, value]) => `${value.toPrecision(4)} ${name} on rows kept apart. `)
              .join("")}
          </p>
          <ul>
            {Object.entries(card.files).map(([name, { purpose, bytes, precision, inputs }]) => (
              <li key={name}>
                <code>{name}</code>: {purpose}; {(bytes / 1e6).toFixed(2)} MB
                {precision === "f32" ? "" : ", weights in 16 bits"}; takes {inputs.map((port) => port.name).join(", ")}
              </li>
            ))}
          </ul>
          {isOpen ? (
            <Suspense fallback={<p className="status">Fetching what draws graphs …</p>}>
              <Inside key={model.name} name={model.name} card={card} />
            </Suspense>
          ) : null}
        </>
      )}
    </details>
  );
}
