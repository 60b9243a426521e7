/** @file Rows of a table on the way from one to another, straight through the codes of a model. */
import { resolve as resolvePath } from "node:path";
import { GenError, ndarray, type Dataset, type NdArray, type Rows } from "@gen/core";
import { codecOf, type Column } from "@gen/core/codec";
import { classNumber, givenColumns, told } from "../conditions.js";
import { originOf } from "../origin.js";
import { csvText } from "../output/csv.js";
import { checkValues, parted, rowsLike } from "../tables.js";
import { codesBetween, WHERE, type EditWork } from "./edit-work.js";

/**
 * A row of a CSV file, `n` rows between, and the row that it goes toward. What a model is conditioned on goes along: numbers
 * evenly, words and the class as in the nearer row.
 *
 * @returns a table as CSV
 * @throws GenError `option` for a row that is not there, or a model without codes
 */
export async function rowsBetween(work: EditWork, columns: readonly Column[]): Promise<string> {
  const { chosen, cwd, model } = work;
  const { n } = chosen;
  if (chosen.data === undefined || chosen.toward === undefined) {
    throw new GenError("option", `${WHERE}: expected --data and --toward for a model of a table, got one or none`, {
      fix: "say a CSV file and two of its rows: --data rows.csv --row 3 --toward 17",
    });
  }
  if (model.card.files["encode.onnx"] === undefined || model.card.files["decode.onnx"] === undefined) {
    throw new GenError("option", `${WHERE}: expected a model with codes of rows, got ${model.card.name}`, {
      fix: "train a flow or a VAE of the table",
    });
  }
  const path = resolvePath(cwd, chosen.data);
  const rows = await openRows(work, path);
  const ends = await rows.rows([chosen.row, rowNumber(chosen.toward)].map((row) => placeOf(row, rows, path)));
  const { x, ...condition } = withLabel(work, ends);
  const { z, mean } = await run(work, "encode.onnx", { x: x!, ...condition });
  const conditions = givenColumns(model.card);
  const along = {
    ...(condition["context"] && { context: mixed(condition["context"], n, conditions) }),
    ...(condition["label"] && { label: mixed(condition["label"], n, [{ kind: "categorical" }]) }),
  };
  const between = { ...along, z: codesBetween((z ?? mean)!, n, "linear") };
  const found = (await run(work, "decode.onnx", between))["x"]!;
  const [from, to] = lines(x!, condition["context"]);
  const shown = [from!, ...lines(found, along.context), to!];
  return csvText([...columns, ...conditions], ndarray(shown.flat(), [shown.length, from!.length]));
}

/** The rows of a file as the model takes them; each is looked at before it is given. */
async function openRows({ model: { card } }: EditWork, path: string): Promise<Dataset> {
  const { columns = [], classes, options } = originOf(card);
  const label = typeof options["label"] === "string" ? options["label"] : undefined;
  const all = parted(await rowsLike(path, { columns, ...(classes && { classes }), label }), columns, card);
  const codec = codecOf(card.codec, { file: "card.json" });
  return {
    ...all,
    async rows(places) {
      for (const place of places) checkValues((await all.rows([place]))["x"]!, codec, { path, first: place + 1 });
      return all.rows(places);
    },
  };
}

function rowNumber(toward: string): number {
  if (/^[1-9]\d*$/.test(toward)) return Number(toward);
  throw new GenError("option", `${WHERE}: --toward: expected the number of a row of the table, got ${toward}`);
}

function placeOf(row: number, { length }: Dataset, path: string): number {
  if (row <= length) return row - 1;
  throw new GenError("option", `${WHERE}: expected a row of 1 to ${length} in ${path}, got ${row}`);
}

/** Both rows with their class, of a model with classes: the one that is asked for, or what the file says. */
function withLabel({ model: { card }, chosen }: EditWork, { label, ...ends }: Rows): Rows {
  const isConditional = card.files["encode.onnx"]!.inputs.some(({ name }) => name === "label");
  if (!isConditional) {
    if (chosen.label === undefined) return ends;
    throw new GenError("option", `${WHERE}: expected --label only for a model with classes, got it for ${card.name}`, {
      fix: "leave out --label",
    });
  }
  if (chosen.label === undefined && label !== undefined) return { ...ends, label };
  const one = classNumber(card, chosen.label, WHERE);
  return { ...ends, label: ndarray([one, one], [2], "i32") };
}

async function run({ model, chosen }: EditWork, file: string, feeds: Rows): Promise<Rows> {
  const n = (feeds["x"] ?? feeds["z"])!.shape[0]!;
  const session = await model.open(file);
  try {
    return await session.run({
      ...feeds,
      ...told(model.card, { n, file, where: WHERE, steps: chosen.steps, rows: feeds }),
    });
  } finally {
    await session.close();
  }
}

/** Numbers evenly on the way from the first row to the second, without both; words as in the nearer one. */
function mixed({ data, shape, dtype }: NdArray, n: number, columns: readonly { readonly kind: string }[]): NdArray {
  const width = columns.length;
  const values = Array.from({ length: n * width }, (_, i) => {
    const share = (Math.floor(i / width) + 1) / (n + 1);
    const [from, to] = [Number(data[i % width]), Number(data[width + (i % width)])];
    if (columns[i % width]!.kind === "categorical") return share < 0.5 ? from : to;
    return (1 - share) * from + share * to;
  });
  return ndarray(values, [n, ...shape.slice(1)], dtype);
}

/** The cells of each row, with those of the columns that it was conditioned on. */
function lines(x: NdArray, context: NdArray | undefined): number[][] {
  const cells = ({ data, shape }: NdArray, i: number): number[] =>
    Array.from(data.slice(i * shape[1]!, (i + 1) * shape[1]!), Number);
  return Array.from({ length: x.shape[0]! }, (_, i) => [...cells(x, i), ...(context ? cells(context, i) : [])]);
}
