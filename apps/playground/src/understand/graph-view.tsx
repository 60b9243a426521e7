/** @file A graph to look at: dragged, zoomed, and asked what a node is; the arrow keys walk along its edges. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { explained } from "../shell/explained.js";
import { around, NODE_HEIGHT, type Drawn } from "./graph.js";
import type { Layout } from "./layout.js";

/** Nodes that are drawn at once: more are slow to lay out, and nobody reads them. */
const MOST = 120;
const [NEAR, FAR] = [0.15, 3];

interface View {
  readonly x: number;
  readonly y: number;
  /** Pixels of the screen for one of the drawing. */
  readonly scale: number;
}

export function GraphView({ nodes, label }: { readonly nodes: readonly Drawn[]; readonly label: string }) {
  const last = nodes.length - 1;
  const [chosen, choose] = useState(last);
  const [focus, setFocus] = useState(last);
  const [layout, setLayout] = useState<Layout>();
  const [error, setError] = useState<string>();
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const svg = useRef<SVGSVGElement>(null);
  const drag = useRef<{ readonly x: number; readonly y: number } | undefined>(undefined);
  const part = useMemo(() => around(nodes, focus, MOST), [nodes, focus]);

  useEffect(() => {
    let isCurrent = true;
    import("./layout.js").then(
      ({ laidOut }) => {
        if (!isCurrent) return;
        const made = laidOut(part);
        setLayout(made);
        setView(centred(made, focus, svg.current));
      },
      (cause: unknown) => setError(explained(cause)),
    );
    return () => {
      isCurrent = false;
    };
  }, [part, focus]);
  useEffect(() => {
    const element = svg.current;
    const zoom = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaY) < 1) return;
      event.preventDefault();
      setView((before) => scaled(before, Math.exp(-event.deltaY / 400), element));
    };
    element?.addEventListener("wheel", zoom, { passive: false }); // React listens passively
    return () => element?.removeEventListener("wheel", zoom);
  }, []);

  const move = (event: PointerEvent): void => {
    if (drag.current === undefined) return;
    const [dx, dy] = [event.clientX - drag.current.x, event.clientY - drag.current.y];
    drag.current = { x: event.clientX, y: event.clientY };
    setView((before) => ({ ...before, x: before.x - dx / before.scale, y: before.y - dy / before.scale }));
  };
  const go = (id: number | undefined): void => {
    if (id === undefined) return;
    choose(id);
    if (!part.some((node) => node.id === id) || part.length < nodes.length) setFocus(id);
    else if (layout !== undefined) setView((before) => ({ ...centred(layout, id, svg.current), scale: before.scale }));
  };
  const press = (event: KeyboardEvent): void => {
    const readers = nodes.filter(({ inputs }) => inputs.includes(chosen));
    const keys: Readonly<Record<string, () => void>> = {
      ArrowUp: () => go(nodes[chosen]!.inputs[0]),
      ArrowDown: () => go(readers[0]?.id),
      ArrowLeft: () => go(Math.max(0, chosen - 1)),
      ArrowRight: () => go(Math.min(last, chosen + 1)),
      "+": () => setView((before) => scaled(before, 1.25, svg.current)),
      "-": () => setView((before) => scaled(before, 0.8, svg.current)),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  return (
    <>
      <p className="numbers">
        {nodes.length.toLocaleString("en")} nodes
        {part.length < nodes.length ? `; the ${MOST} nearest to the chosen one are drawn` : ""}. Drag to move, scroll to
        zoom, click a node; or use arrow keys, + and −.
      </p>
      {error === undefined ? null : <p className="error">{error}</p>}
      <svg
        ref={svg}
        className="graph"
        role="application"
        aria-label={`${label}: arrow keys go from node to node`}
        tabIndex={0}
        onKeyDown={press}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, y: event.clientY };
        }}
        onPointerMove={move}
        onPointerUp={() => (drag.current = undefined)}
        onPointerLeave={() => (drag.current = undefined)}
      >
        <g transform={`scale(${view.scale}) translate(${-view.x} ${-view.y})`}>
          {layout?.edges.map((points, i) => (
            <polyline key={i} points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
          ))}
          {layout?.nodes.map(({ node, x, y, width }) => (
            <g
              key={node.id}
              className={node.id === chosen ? `node ${node.kind} chosen` : `node ${node.kind}`}
              transform={`translate(${x - width / 2} ${y - NODE_HEIGHT / 2})`}
              onClick={() => go(node.id)}
            >
              <rect width={width} height={NODE_HEIGHT} rx={5} />
              <text x={width / 2} y={NODE_HEIGHT / 2}>
                {node.title}
              </text>
            </g>
          ))}
        </g>
      </svg>
      <Details node={nodes[chosen]!} />
    </>
  );
}

function Details({ node: { title, kind, type, runs, outputs } }: { readonly node: Drawn }) {
  return (
    <dl className="details" aria-live="polite">
      <dt>{kind}</dt>
      <dd>{title}</dd>
      <dt>type</dt>
      <dd>{type}</dd>
      <dt>runs on</dt>
      <dd>{runs}</dd>
      {outputs.length === 0 ? null : (
        <>
          <dt>gives</dt>
          <dd>{outputs.join(", ")}</dd>
        </>
      )}
    </dl>
  );
}

/** With a node in the middle; one at the end of the graph lower. */
function centred({ nodes, width, height }: Layout, id: number, element: Element | null): View {
  const box = element?.getBoundingClientRect() ?? { width: 600, height: 400 };
  const found = nodes.find(({ node }) => node.id === id) ?? { x: width / 2, y: height / 2 };
  const scale = Math.min(1, Math.max(0.5, box.width / width));
  const above = found.y > height - box.height / scale / 2 ? 0.85 : 0.5; // there is nothing below the last
  return { x: found.x - box.width / scale / 2, y: found.y - (above * box.height) / scale, scale };
}

/** Nearer or farther; the middle stays. */
function scaled({ x, y, scale }: View, factor: number, element: Element | null): View {
  const next = Math.min(FAR, Math.max(NEAR, scale * factor));
  const box = element?.getBoundingClientRect() ?? { width: 0, height: 0 };
  const shift = (extent: number): number => (extent / scale - extent / next) / 2;
  return { x: x + shift(box.width), y: y + shift(box.height), scale: next };
}
