/** @file The losses so far, as a line: each dot the mean of a few steps. */
import { useEffect, useRef } from "react";
import { useScheme } from "../shell/theme.js";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface LossChartProps {
  readonly label: string;
  readonly losses: readonly number[];
  readonly steps: number;
}

const HEIGHT = 90;
/** Steps of which one dot is the mean. */
const BIN = 10;

export function LossChart({ label, losses, steps }: LossChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const scheme = useScheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const [ink, accent] = [style.getPropertyValue("--ink-soft"), style.getPropertyValue("--accent")];
    const axis = { stroke: ink, grid: { show: false }, ticks: { size: 4 }, font: "11px system-ui" };
    const made = new uPlot(
      {
        width: Math.max(120, element.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: [0, steps] } },
        axes: [
          { ...axis, size: 24 },
          { ...axis, size: 44 },
        ],
        series: [{}, { stroke: accent, width: 1.5, points: { show: false } }],
      },
      [[], []],
      element,
    );
    chart.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: Math.max(120, element.clientWidth), height: HEIGHT }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [steps, scheme]);
  useEffect(() => {
    chart.current?.setData(binned(losses));
  }, [losses, steps, scheme]);
  return <div ref={place} className="chart" role="img" aria-label={`${label}, step by step`} />;
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
