/** @file Values with their intervals beside each other, and a line to compare them with. */
import { useCallback, useMemo } from "react";
import type uPlot from "uplot";
import { useChart, type ChartOptions, type Colour } from "../shell/use-chart.js";
import type { Ratio } from "./results.js";

export interface IntervalChartProps {
  readonly label: string;
  readonly rows: readonly Ratio[];
  /** Where the line is. */
  readonly line: number;
}

const HEIGHT = 440;
/** Room for names that stand upright. */
const NAMES = 260;

export function IntervalChart({ label, rows, line }: IntervalChartProps) {
  const place = useChart(
    useCallback((colour: Colour) => optionsOf(colour, rows, line), [rows, line]),
    useMemo(() => [rows.map((_, i) => i), rows.map(({ value }) => value)], [rows]),
  );
  return <div ref={place} className="intervals" role="img" aria-label={label} />;
}

function optionsOf(colour: Colour, rows: readonly Ratio[], line: number): ChartOptions {
  const [ink, accent, grid] = [colour("--ink-soft"), colour("--accent"), colour("--line")];
  const font = "12px system-ui";
  const low = Math.min(line, ...rows.map((row) => row.low));
  const high = Math.max(line, ...rows.map((row) => row.high));
  const room = 0.08 * (high - low || 1);
  return {
    height: HEIGHT,
    scales: { x: { time: false, range: [-0.5, rows.length - 0.5] }, y: { range: [low - room, high + room] } },
    axes: [
      {
        stroke: ink,
        font,
        size: NAMES,
        rotate: -90,
        grid: { show: false },
        splits: () => rows.map((_, i) => i),
        values: () => rows.map(({ name }) => name),
      },
      { stroke: ink, font, size: 56, grid: { stroke: grid, width: 1 } },
    ],
    series: [{}, { stroke: accent, paths: () => null, points: { show: true, size: 9, fill: accent } }],
    hooks: { drawAxes: [(chart) => drawIntervals(chart, { rows, line, stroke: ink })] },
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
