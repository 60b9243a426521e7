/** @file A line chart as SVG text, without a DOM. Colours and fonts are classes, so that the page decides, light or dark. */
import { escapeHtml } from "./escape.js";
import { interestingRange, thin, type Bucket, type Point } from "./series.js";
import { tickLabels, ticks } from "./ticks.js";

export interface Series {
  readonly label: string;
  readonly points: readonly Point[];
  /** Few points that were measured one by one: marked with dots. */
  readonly dots?: boolean;
}

export interface LineChart {
  /** What a screen reader says of the chart. */
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 320;
const MARGIN = { top: 16, right: 20, bottom: 44, left: 64 };
const BUCKETS = 360;
/** Radius. */
const DOT = 3;
const right = WIDTH - MARGIN.right;
const bottom = HEIGHT - MARGIN.bottom;

/**
 * Curves over a common axis. The n-th series has the class `series-n`; each curve is the mean of neighbouring points, over a
 * band from their lowest to their highest. The label of a series stands at its end of the legend, above the plot.
 */
export function lineChart({ title, xLabel, yLabel, series }: LineChart): string {
  const drawn = series
    .map((one) => ({ ...one, buckets: thin(one.points, BUCKETS) }))
    .filter(({ buckets }) => buckets.length > 0);
  const all = drawn.flatMap(({ buckets }) => buckets);
  const xs: readonly [number, number] = [Math.min(...all.map(({ x }) => x), 0), Math.max(...all.map(({ x }) => x), 1)];
  const ys = interestingRange(all.map(({ y }) => y));
  const x = scale(xs, [MARGIN.left, right]);
  const y = scale(ys, [bottom, MARGIN.top]);
  const xTicks = ticks(xs[0], xs[1], 8);
  const yTicks = ticks(ys[0], ys[1], 5);
  const id = `clip-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  return [
    `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">`,
    `<clipPath id="${id}"><rect x="${MARGIN.left}" y="${MARGIN.top}" width="${right - MARGIN.left + DOT + 1}" height="${bottom - MARGIN.top}"/></clipPath>`,
    ...tickLabels(yTicks).flatMap((text, i) => {
      const at = round(y(yTicks[i]!));
      return [
        `<line class="grid" x1="${MARGIN.left}" x2="${right}" y1="${at}" y2="${at}"/>`,
        `<text class="tick" x="${MARGIN.left - 8}" y="${at}" dy="0.32em" text-anchor="end">${text}</text>`,
      ];
    }),
    ...tickLabels(xTicks).map(
      (text, i) =>
        `<text class="tick" x="${round(x(xTicks[i]!))}" y="${bottom + 18}" text-anchor="middle">${text}</text>`,
    ),
    `<line class="axis" x1="${MARGIN.left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    `<g clip-path="url(#${id})">`,
    ...drawn.map(({ buckets, dots }, i) => curve({ buckets, dots: dots === true, index: i + 1, x, y })),
    "</g>",
    `<text class="label" x="${right}" y="${HEIGHT - 6}" text-anchor="end">${escapeHtml(xLabel)}</text>`,
    `<text class="label" x="14" y="${MARGIN.top}" text-anchor="end" transform="rotate(-90 14 ${MARGIN.top})">${escapeHtml(yLabel)}</text>`,
    drawn.length > 1 ? legend(drawn.map(({ label }) => label)) : "",
    "</svg>",
  ].join("\n");
}

interface Curve {
  readonly buckets: readonly Bucket[];
  readonly dots: boolean;
  readonly index: number;
  readonly x: Scale;
  readonly y: Scale;
}

function curve({ buckets, dots, index, x, y }: Curve): string {
  const path = (points: readonly Point[]): string =>
    points.map((point) => `${round(x(point.x))},${round(y(point.y))}`).join("L");
  const parts: string[] = [];
  if (buckets.some(({ low, high }) => high > low)) {
    const highs = buckets.map((bucket) => ({ x: bucket.x, y: bucket.high }));
    const lows = buckets.map((bucket) => ({ x: bucket.x, y: bucket.low })).reverse();
    parts.push(`<path class="band" d="M${path([...highs, ...lows])}Z"/>`);
  }
  parts.push(`<path class="line" d="M${path(buckets)}"/>`);
  if (dots) {
    for (const point of buckets)
      parts.push(`<circle class="dot" cx="${round(x(point.x))}" cy="${round(y(point.y))}" r="${DOT}"/>`);
  }
  return `<g class="series-${index}">${parts.join("")}</g>`;
}

/** One row in the upper right corner, where a falling curve leaves room. */
function legend(labels: readonly string[]): string {
  const stroke = 18;
  const y = MARGIN.top + 12;
  const widths = labels.map((label) => stroke + 6 + label.length * 6.6 + 16); // 6.6 px: the mean letter at 12 px
  let x = right - widths.reduce((sum, width) => sum + width, 0);
  const entries = labels.map((label, i) => {
    const [from, to] = [round(x), round(x + stroke)];
    x += widths[i]!;
    const line = `<line class="line" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/>`;
    return `<g class="series-${i + 1}">${line}<text class="key" x="${to + 6}" y="${y}" dy="0.32em">${escapeHtml(label)}</text></g>`;
  });
  return `<g class="legend">${entries.join("")}</g>`;
}

type Scale = (value: number) => number;

function scale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  return (value) => start + ((value - from) / (to - from || 1)) * (end - start);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
