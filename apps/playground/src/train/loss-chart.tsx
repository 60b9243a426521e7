/** @file The losses so far, as a line: each dot the mean of a few steps. */
import { useCallback, useMemo } from "react";
import { useChart, type ChartOptions, type Colour } from "../shell/use-chart.js";

export interface LossChartProps {
  readonly label: string;
  readonly losses: readonly number[];
  readonly steps: number;
}

/** Steps of which one dot is the mean. */
const BIN = 10;

export function LossChart({ label, losses, steps }: LossChartProps) {
  const place = useChart(
    useCallback((colour: Colour) => optionsOf(colour, steps), [steps]),
    useMemo(() => binned(losses), [losses]),
  );
  return <div ref={place} className="chart" role="img" aria-label={`${label}, step by step`} />;
}

function optionsOf(colour: Colour, steps: number): ChartOptions {
  const axis = { stroke: colour("--ink-soft"), grid: { show: false }, ticks: { size: 4 }, font: "11px system-ui" };
  return {
    height: 90,
    scales: { x: { time: false, range: [0, steps] } },
    axes: [
      { ...axis, size: 24 },
      { ...axis, size: 44 },
    ],
    series: [{}, { stroke: colour("--accent"), width: 1.5, points: { show: false } }],
  };
}

/** Steps and mean losses. */
export function binned(losses: readonly number[]): [number[], number[]] {
  const count = Math.floor(losses.length / BIN);
  const means = Array.from({ length: count }, (_, i) => {
    const part = losses.slice(i * BIN, (i + 1) * BIN);
    return part.reduce((a, b) => a + b, 0) / BIN;
  });
  return [means.map((_, i) => (i + 1) * BIN), means];
}
