/** @file A family from the inside: its equation, the graph that runs, and the code that makes it. */
import { key, type Program } from "@gen/core";
import { useMemo } from "react";
import { Choice } from "../shell/choice.js";
import { cloud } from "../train/densities.js";
import { FAMILIES } from "../train/families.js";
import { useAddress } from "../url-state.js";
import { Code } from "./code.js";
import { EQUATIONS } from "./equations.js";
import { GraphView } from "./graph-view.js";
import { drawnProgram, textOf } from "./graph.js";

const IDS = FAMILIES.map(({ id }) => id) as [string, ...string[]];
const NAMES = Object.fromEntries(FAMILIES.map(({ id, name }) => [id, name]));
const GRAPHS = { samples: "samples", density: "log p", step: "a step of training" } as const;
const CHOICES = { family: IDS, graph: Object.keys(GRAPHS) as ["samples", "density", "step"] } as const;

const snippets = import.meta.glob<string>("./snippets/*.ts", { eager: true, query: "?raw", import: "default" });

export function UnderstandPage() {
  const [{ family, graph }, choose] = useAddress(CHOICES);
  const programs = useMemo(() => programsOf(family), [family]);
  const program = programs[graph];
  const nodes = useMemo(() => (program === undefined ? undefined : drawnProgram(program)), [program]);
  const { math, says, paper, link } = EQUATIONS[family]!;
  return (
    <>
      <h1>Understand the {NAMES[family]}</h1>
      <form className="settings" aria-label="What is shown">
        <Choice
          label="Family"
          value={family}
          options={CHOICES.family}
          titles={NAMES}
          onChange={(v) => choose({ family: v })}
        />
        <Choice
          label="Graph"
          value={graph}
          options={CHOICES.graph}
          titles={GRAPHS}
          onChange={(v) => choose({ graph: v })}
        />
      </form>
      <section aria-labelledby="equation">
        <h2 id="equation">The equation</h2>
        <div
          className="formula"
          role="group"
          aria-label="Equation"
          tabIndex={0}
          dangerouslySetInnerHTML={{ __html: math }}
        />
        <p className="lead">
          {says} {paper} ({link}).
        </p>
      </section>
      <section aria-labelledby="graph">
        <h2 id="graph">The graph that runs: {GRAPHS[graph]}</h2>
        {nodes === undefined || program === undefined ? (
          <p className="lead">A {NAMES[family]} has no density, so there is no such graph.</p>
        ) : (
          <>
            <GraphView key={`${family} ${graph}`} nodes={nodes} label={`${NAMES[family]}, ${GRAPHS[graph]}`} />
            <Text key={`text ${family} ${graph}`} program={program} />
          </>
        )}
      </section>
      <section aria-labelledby="code">
        <h2 id="code">The code that makes it</h2>
        <Code key={family} text={snippets[`./snippets/${family}.ts`]!} />
      </section>
    </>
  );
}

/** The whole graph, for whoever would rather read it. */
function Text({ program }: { readonly program: Program }) {
  const text = useMemo(() => textOf(program), [program]);
  return (
    <details>
      <summary>The whole graph as text</summary>
      <pre className="code" tabIndex={0}>
        {text}
      </pre>
    </details>
  );
}

function programsOf(id: string): Readonly<Record<keyof typeof GRAPHS, Program | undefined>> {
  const family = FAMILIES.find((one) => one.id === id)!;
  const { samples, logDensity, step } = family.course(
    cloud("moons", 0, []),
    { learningRate: 2e-3, batch: 256 },
    key(0),
  );
  return { samples: samples.program, density: logDensity?.(1), step };
}
