/** @file Values with their intervals beside each other, and a line to compare them with. */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useScheme } from "../shell/theme.js";
import type { Ratio } from "./results.js";

export interface IntervalChartProps {
  readonly label: string;
  readonly rows: readonly Ratio[];
  /** Where the line is. */
  readonly line: number;
}

const HEIGHT = 380;
/** Room for names that stand upright. */
const NAMES = 200;

export function IntervalChart({ label, rows, line }: IntervalChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = new uPlot(optionsOf(element, rows, line), [rows.map((_, i) => i), rows.map((r) => r.value)], element);
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [rows, line, scheme]);
  return <div ref={place} className="intervals" role="img" aria-label={label} />;
}

function optionsOf(element: HTMLElement, rows: readonly Ratio[], line: number): uPlot.Options {
  const style = getComputedStyle(element);
  const [ink, accent, grid] = ["--ink-soft", "--accent", "--line"].map((name) => style.getPropertyValue(name));
  const font = "12px system-ui";
  const low = Math.min(line, ...rows.map((row) => row.low));
  const high = Math.max(line, ...rows.map((row) => row.high));
  const room = 0.08 * (high - low || 1);
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.5, rows.length - 0.5] }, y: { range: [low - room, high + room] } },
    axes: [
      {
        stroke: ink!,
        font,
        size: NAMES,
        rotate: -90,
        grid: { show: false },
        splits: () => rows.map((_, i) => i),
        values: () => rows.map(({ name }) => name),
      },
      { stroke: ink!, font, size: 56, grid: { stroke: grid!, width: 1 } },
    ],
    series: [{}, { stroke: accent!, paths: () => null, points: { show: true, size: 9, fill: accent! } }],
    hooks: { drawAxes: [(chart) => drawIntervals(chart, { rows, line, stroke: ink! })] },
  };
}

interface Drawn {
  readonly rows: readonly Ratio[];
  readonly line: number;
  readonly stroke: string;
}

function drawIntervals(chart: uPlot, { rows, line, stroke }: Drawn): void {
  const { ctx, bbox } = chart;
  const y = (value: number): number => Math.round(chart.valToPos(value, "y", true));
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  stroked(ctx, [bbox.left, y(line)], [bbox.left + bbox.width, y(line)]);
  ctx.setLineDash([]);
  ctx.lineWidth = 2 * devicePixelRatio;
  rows.forEach(({ low, high }, i) => {
    const x = Math.round(chart.valToPos(i, "x", true));
    stroked(ctx, [x, y(low)], [x, y(high)]);
  });
  ctx.restore();
}

function stroked(ctx: CanvasRenderingContext2D, from: readonly [number, number], to: readonly [number, number]): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
