/** @file A run as one page that opens from disk: no scripts, no links to anything outside it. */
import { showCount, showDuration, showNumber } from "../output/format.js";
import { escapeHtml } from "../plot/escape.js";
import { lineChart, type Series } from "../plot/line-chart.js";
import type { Point } from "../plot/series.js";
import { compareSection, type Compared } from "../compare/show.js";
import type { Metrics } from "../run/metrics-log.js";
import { showValue } from "../schema/field.js";
import { flagOf } from "../schema/resolve.js";
import type { CurveText, Made, PictureText, Quantity } from "./about.js";
import { section } from "./section.js";
import { modelSection, type ModelFile } from "./model-section.js";
import { style } from "./style.js";

/** A picture, or one that moves, and how large to show it. */
export interface Image {
  readonly step: number;
  readonly type: "png" | "gif";
  readonly bytes: Uint8Array;
  /** Pixels across. */
  readonly width: number;
}

export interface ReportPicture extends PictureText {
  /** The oldest first; the last is the one to look at. */
  readonly images: readonly Image[];
}

export interface ReportSounds extends PictureText {
  /** WAV files. */
  readonly files: readonly Uint8Array[];
}

/** A curve that is not over steps. */
export interface DrawnCurve extends CurveText {
  readonly points: readonly Point[];
}

export interface ReportData {
  readonly name: string;
  readonly recipe: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly made: Made;
  readonly metrics: readonly Metrics[];
  readonly pictures: readonly ReportPicture[];
  readonly sounds: readonly ReportSounds[];
  readonly curves: readonly DrawnCurve[];
  /** What the samples were compared with, if they were. */
  readonly compared: Compared | undefined;
  /** What the export holds; empty when there is none yet. */
  readonly files: readonly ModelFile[];
}

/** The page. Depends on its argument alone. */
export function reportHtml(data: ReportData): string {
  const { name, recipe, made } = data;
  const lead = [`${recipe} on ${made.data || "its data"}`, made.created.slice(0, 10)]
    .filter((part) => part !== "")
    .join(" · ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name)} · gen</title>
<style>
${style}
</style>
</head>
<body>
<main>
<header>
<h1>${escapeHtml(name)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
</header>
${[numbers(data), diagnosis(data), pictures(data), sounds(data), curves(data), measured(data), compareSection(data.compared), modelSection(data.files), options(data)].filter((part) => part !== "").join("\n")}
<footer>${escapeHtml(origin(made))}</footer>
</main>
</body>
</html>
`;
}

/** The last value of each metric, then how long it took. */
function numbers({ metrics, made }: ReportData): string {
  const last = metrics.findLast(({ validation }) => validation !== undefined)?.validation ?? {};
  const end = metrics.at(-1);
  const rows: [label: string, value: string, unit: string][] = Object.entries(made.metrics).flatMap(
    ([key, { label, unit }]) =>
      last[key] === undefined ? [] : [[`${label}, held out`, showNumber(last[key]), unit] as [string, string, string]],
  );
  if (rows.length === 0 && end?.loss !== undefined) rows.push([made.loss.label, showNumber(end.loss), made.loss.unit]);
  if (end !== undefined) rows.push(["Training", showDuration(end.seconds), `${showCount(end.step)} steps`]);
  if (made.parameters > 0) rows.push(["Learned numbers", showCount(made.parameters), graphOf(made)]);
  if (rows.length === 0) return "";
  const cells = rows.map(
    ([label, value, unit]) =>
      `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${unit === "" ? "" : ` <small>${escapeHtml(unit)}</small>`}</dd></div>`,
  );
  return `<dl class="numbers">\n${cells.join("\n")}\n</dl>`;
}

/** What was found to be wrong with the training, at its last measurement. */
function diagnosis({ metrics }: ReportData): string {
  const notes = metrics.findLast(({ notes }) => notes !== undefined)?.notes ?? [];
  if (notes.length === 0) return "";
  return section("Diagnosis", notes.map((note) => `<p class="card">${escapeHtml(note)}</p>`).join("\n"));
}

/** What one step is. */
function graphOf({ operations }: Made): string {
  return operations === 0 ? "" : `a step is one graph of ${showCount(operations)} operations`;
}

function pictures({ pictures: all }: ReportData): string {
  if (all.length === 0) return "";
  const cards = all.map(({ title, caption, images }) => {
    const last = images.at(-1)!;
    const earlier = images.slice(0, -1).map((one) => stage(title, one));
    const stages = earlier.length === 0 ? "" : `\n<div class="stages">\n${earlier.join("\n")}\n</div>`;
    const text = caption === "" ? "" : `<p class="caption">${escapeHtml(caption)}</p>`;
    return `<figure class="card">\n<figcaption><h3>${escapeHtml(title)}</h3>${text}</figcaption>\n${picture(title, last)}${stages}\n</figure>`;
  });
  return section("Pictures", `<div class="pictures">\n${cards.join("\n")}\n</div>`);
}

function sounds({ sounds: all }: ReportData): string {
  if (all.length === 0) return "";
  const cards = all.map(({ title, caption, files }) => {
    const text = caption === "" ? "" : `<p class="caption">${escapeHtml(caption)}</p>`;
    const players = files.map((bytes, i) => {
      const source = `data:audio/wav;base64,${Buffer.from(bytes).toString("base64")}`;
      return `<audio controls aria-label="${escapeHtml(`${title}, number ${i + 1}`)}" src="${source}"></audio>`;
    });
    return `<figure class="card">\n<figcaption><h3>${escapeHtml(title)}</h3>${text}</figcaption>\n<div class="sounds">\n${players.join("\n")}\n</div>\n</figure>`;
  });
  return section("Sounds", cards.join("\n"));
}

function stage(title: string, image: Image): string {
  const after = `after ${showCount(image.step)} steps`;
  return `<div><span class="note">${after}</span>${picture(`${title}, ${after}`, image)}</div>`;
}

/** Shown at up to four times its size, then so that pixels are seen as such. */
function picture(alt: string, { bytes, type, width }: Image): string {
  const factor = Math.min(4, Math.max(1, Math.floor(640 / width)));
  const source = `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;
  return `<img alt="${escapeHtml(alt)}"${factor > 1 ? ' class="pixels"' : ""} style="--wide: ${width * factor}px" src="${source}">`;
}

/** The loss, then what else was measured. A metric that is the loss on held-out data joins it; other units are not repeated. */
function curves({ metrics, made }: ReportData): string {
  const measured = metrics.filter(({ validation }) => validation !== undefined);
  const series = (key: string, label: string): Series => ({
    label,
    dots: true,
    points: measured.flatMap(({ step, validation }) =>
      validation?.[key] === undefined ? [] : [{ x: step, y: validation[key] }],
    ),
  });
  const loss = metrics.flatMap(({ step, loss: y }) => (y === undefined ? [] : [{ x: step, y }]));
  const twin = Object.keys(made.metrics).find((key) => sameQuantity(made.metrics[key]!, made.loss));
  const others = Object.entries(made.metrics).filter(([, { label }]) => label !== made.loss.label);
  const charts = [
    chart(made.loss, [{ label: "training", points: loss }, ...(twin === undefined ? [] : [series(twin, "held out")])]),
    ...partCharts({ metrics, made }),
    ...others
      .filter(([, quantity]) => quantity.chart === undefined)
      .map(([key, quantity]) => chart(quantity, [series(key, "held out")])),
    ...sharedCharts(others, series),
  ].filter((svg) => svg !== "");
  if (charts.length === 0) return "";
  const caption = `<p class="note">A line is the mean over neighbouring steps, its band what they lie between; dots are measured on held-out data.</p>`;
  return section(
    "Curves",
    `<div class="charts">\n${charts.map((svg) => `<div class="card">${svg}</div>`).join("\n")}\n</div>\n${caption}`,
  );
}

/** Curves of the trained model. */
function measured({ curves: all }: ReportData): string {
  if (all.length === 0) return "";
  const cards = all.map(({ title, caption, points, ...axes }) => {
    const svg = lineChart({ title, ...axes, series: [{ label: title, points }] });
    return `<figure class="card">\n<figcaption><h3>${escapeHtml(title)}</h3><p class="caption">${escapeHtml(caption)}</p></figcaption>\n${svg}\n</figure>`;
  });
  return section("Measured at the end", `<div class="charts">\n${cards.join("\n")}\n</div>`);
}

/** Metrics that share charts. */
function sharedCharts(
  metrics: readonly (readonly [key: string, quantity: Quantity])[],
  series: (key: string, label: string) => Series,
): string[] {
  const headings = new Set(metrics.flatMap(([, { chart: heading }]) => heading ?? []));
  return [...headings].map((heading) => {
    const own = metrics.filter(([, quantity]) => quantity.chart === heading);
    return chart(
      { label: heading, unit: own[0]![1].unit },
      own.map(([key, { label }]) => series(key, label)),
    );
  });
}

/** Other outputs of the steps; those of one label together. */
function partCharts({ metrics, made }: Pick<ReportData, "metrics" | "made">): string[] {
  const labels = [...new Set(Object.values(made.parts).map(({ label }) => label))];
  return labels.map((label) => {
    const own = Object.entries(made.parts).filter(([, quantity]) => quantity.label === label);
    const series = own.map(([name]) => ({
      label: name.replaceAll(".", ", "),
      points: metrics.flatMap(({ step, parts }) => (parts?.[name] === undefined ? [] : [{ x: step, y: parts[name] }])),
    }));
    return chart(own[0]![1], series);
  });
}

function sameQuantity(a: Quantity, b: Quantity): boolean {
  return a.label === b.label && a.unit === b.unit;
}

function chart({ label, unit }: Quantity, series: readonly Series[]): string {
  if (series.every(({ points }) => points.length < 2)) return "";
  return lineChart({
    title: `${label} over steps`,
    xLabel: "steps",
    yLabel: unit === "" ? label : `${label} (${unit})`,
    series,
  });
}

function options({ options: all, recipe }: ReportData): string {
  const rows = [["recipe", recipe], ...Object.entries(all).map(([key, value]) => [flagOf(key), showValue(value)])];
  const body = rows.map(
    ([key, value]) => `<tr><th scope="row"><code>${escapeHtml(key!)}</code></th><td>${escapeHtml(value!)}</td></tr>`,
  );
  return section(
    "Options",
    `<table>\n${body.join("\n")}\n</table>\n<p class="note">To repeat the run: <code>gen train --config config.json</code></p>`,
  );
}

function origin({ gen, node, onnxruntime, machine, created }: Made): string {
  const parts = [`gen ${gen}`, `Node ${node}`, `ONNX Runtime ${onnxruntime}`].filter((part) => !part.endsWith(" "));
  return ["Made by " + parts.join(", "), machine, created.replace("T", " ").slice(0, 16)]
    .filter((part) => part.trim() !== "")
    .join(" · ");
}
