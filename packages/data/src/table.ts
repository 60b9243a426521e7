/** @file Tables as data sets: what their columns are, and other views of the same rows. */
import { GenError, ndarray, type Dataset, type Field, type NdArray, type Rows } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";

/**
 * Rows of a table. Fields: `x` f32 [columns], a category as its index; `mask` u8 [columns], 1 where a value is known and 0
 * in a gap, where x is 0, if any column has gaps; `label` i32 [], an index into `classes`, if a column is the label.
 * `fitTable(data, { columns: data.columns })` of `@gen/core/codec` learns the codec of a model from them.
 */
export interface TableDataset extends Dataset {
  readonly name: string;
  /** Of x, in order. */
  readonly columns: readonly ColumnInfo[];
  readonly classes?: readonly string[];
}

/** The same rows with a field for each column, by its name: f32 [], i32 [] for categories, and with gaps `<name>.mask` u8 []. */
export function fieldPerColumn(table: TableDataset): Dataset {
  const fields: Record<string, Field> = {};
  for (const { name, kind, gaps } of table.columns) {
    if (Object.hasOwn(table.fields, name)) {
      throw new GenError("data", `${table.name}: expected other names of columns than those of fields, got "${name}"`, {
        fix: "rename the column",
      });
    }
    fields[name] = { dtype: kind === "categorical" ? "i32" : "f32", shape: [] };
    if (gaps === true) fields[`${name}.mask`] = { dtype: "u8", shape: [] };
  }
  const others = Object.entries(table.fields).filter(([name]) => name !== "x" && name !== "mask");
  const spread = (rows: Rows): Rows => {
    const { x, mask, ...rest } = rows;
    const [n, width] = x!.shape as [number, number];
    const take = ({ data }: NdArray, column: number): number[] =>
      Array.from({ length: n }, (_, i) => Number(data[i * width + column]));
    const each = table.columns.flatMap(({ name, gaps }, column): [string, NdArray][] => {
      const values: [string, NdArray] = [name, ndarray(take(x!, column), [n], fields[name]!.dtype)];
      return gaps === true ? [values, [`${name}.mask`, ndarray(take(mask!, column), [n], "u8")]] : [values];
    });
    return { ...Object.fromEntries(each), ...rest };
  };
  return {
    length: table.length,
    fields: { ...fields, ...Object.fromEntries(others) },
    rows: (indices) => {
      const rows = table.rows(indices);
      return rows instanceof Promise ? rows.then(spread) : spread(rows);
    },
  };
}
