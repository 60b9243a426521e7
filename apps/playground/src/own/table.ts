/** @file A table of one's own: CSV, its columns found in their words, learned by a neural spline flow. */
import { flowModelOptions, flowOf } from "@gen/cli/options";
import { arrays, GenError, messageOf, ndarray, trainStep } from "@gen/core";
import { fitTable, type Codec } from "@gen/core/codec";
import { ColumnScan } from "@gen/data";
import { exportedFiles, fields, sample } from "@gen/flow";
import { parse } from "csv-parse/browser/esm/sync";
import { formOf } from "../form/form.js";
import { optimizerOf, rowsOf, toldTo, type Family } from "../train/course.js";
import { FLOW } from "../train/facts.js";
import type { Open } from "./own.js";

/** Rows that are shown, rows that are needed, and columns at most. */
const [SHOWN, LEAST, WIDEST] = [12, 20, 200];
/** Words for a missing value. */
const GAPS: ReadonlySet<string> = new Set(["", "NA", "NaN", "null", "?"]);
/** Words that one column may have. */
const CATEGORIES = 50;

export const openTable: Open = async ([file, ...others]) => {
  const name = file!.name;
  if (others.length > 0)
    throw new GenError("data", `expected one table, got ${others.length + 1}`, { fix: "drop one at a time" });
  const [header, ...lines] = recordsOf(name, await file!.text());
  if (header === undefined || lines.length < LEAST) {
    throw new GenError(
      "data",
      `${name}: expected at least ${LEAST} rows below the names of the columns, got ${lines.length}`,
      {
        fix: "a model needs rows to learn from: hundreds are better",
      },
    );
  }
  if (header.length > WIDEST)
    throw new GenError("data", `${name}: expected at most ${WIDEST} columns, got ${header.length}`, {
      fix: "leave some out",
    });
  const scans = header.map(
    (column, i) =>
      new ColumnScan({ file: name, name: column.trim() || `column ${i + 1}`, gaps: GAPS, limit: CATEGORIES }),
  );
  lines.forEach((line, at) => scans.forEach((scan, i) => scan.add(line[i]!, at + 2)));
  const columns = scans.map((scan) => scan.info());
  const rows = Float32Array.from(lines.flatMap((line) => scans.map((scan, i) => scan.valueOf(line[i]!))));
  const shape = [lines.length, header.length];
  const hasGaps = rows.some(Number.isNaN);
  const points = arrays({
    x: ndarray(
      rows.map((v) => (Number.isNaN(v) ? 0 : v)),
      shape,
    ),
    ...(hasGaps && {
      mask: ndarray(
        Uint8Array.from(rows, (v) => Number(!Number.isNaN(v))),
        shape,
        "u8",
      ),
    }),
  });
  const codec = await fitTable(points, { columns });
  return {
    kind: "table",
    about: `${lines.length.toLocaleString("en")} rows of ${columns.map((column) => `${column.name} (${column.kind})`).join(", ")}`,
    points,
    family: familyOf(codec, hasGaps),
    shown: {
      as: "table",
      columns: columns.map((column) => column.name),
      cell: (i, value) =>
        Number.isNaN(value) ? "" : (columns[i]!.categories?.[value] ?? String(Number(value.toPrecision(5)))),
    },
    first: rows.subarray(0, SHOWN * header.length),
  };
};

/** @throws GenError `format` naming the line */
export function recordsOf(name: string, text: string): string[][] {
  try {
    const [first = ""] = text.split(/\r?\n/, 1);
    const delimiter = [",", ";", "\t", "|"].reduce((a, b) => (first.split(b).length > first.split(a).length ? b : a));
    return parse(text, { delimiter, bom: true, skip_empty_lines: true });
  } catch (cause) {
    throw new GenError("format", `${name}: expected CSV, got ${messageOf(cause)}`, {
      fix: "check the quotes and separators of that line",
      cause,
    });
  }
}

const form = formOf(flowModelOptions, {
  model: ["nsf", "nsf-autoregressive", "realnvp", "nice", "iaf"],
  depth: 4,
  hidden: [64, 64],
});

function familyOf(codec: Codec, hasGaps: boolean): Family {
  return {
    ...FLOW,
    name: "Flow of your table",
    form,
    course(points, settings, key) {
      const model = flowOf(toldTo("flow", form, settings), { codec, contextCodec: undefined, classes: 0 });
      return {
        model,
        step: trainStep({
          model,
          batch: fields(model, { n: settings.batch, mask: hasGaps }),
          loss: (batch, scope) => model.loss(batch, scope),
          optimizer: optimizerOf(settings),
        }),
        data: rowsOf(points, settings, key),
        samples: { program: sample(model, { n: SHOWN }), output: "samples" },
        files: () => exportedFiles(model),
      };
    },
  };
}
