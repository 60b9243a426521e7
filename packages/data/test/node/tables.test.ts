import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { arrays, key, ndarray, type Dataset } from "@gen/core";
import { fitTable, type NumberColumn } from "@gen/core/codec";
import { describe, expect, it } from "vitest";
import { openTable, tables, type TableEntry } from "../../src/node/tables.js";
import { splitRows } from "../../src/splits.js";
import { errorOf, folder } from "../helpers.js";

const { GEN_DATA_DIR } = process.env;
const missing = (set: string) =>
  GEN_DATA_DIR === undefined || !existsSync(join(GEN_DATA_DIR, set)) ? `GEN_DATA_DIR has no ${set}` : false;

describe("splitRows", () => {
  const data = arrays({ x: ndarray(Float32Array.from({ length: 103 }, (_, i) => i)) });
  const all = async (part: Dataset): Promise<number[]> =>
    Array.from((await part.rows([...Array(part.length).keys()]))["x"]!.data as Float32Array);

  it("leaves no row out and gives none twice, the same each time", async () => {
    const { train, valid, test } = splitRows(data, { key: key(0), valid: 0.2 });
    const parts = await Promise.all([train, valid, test].map(all));
    expect(parts.map(({ length }) => length)).toEqual([72, 21, 10]);
    expect(parts.flat().sort((a, b) => a - b)).toEqual([...Array(103).keys()]);
    expect(await all(splitRows(data, { key: key(0), valid: 0.2 }).test)).toEqual(parts[2]);
    expect(await all(splitRows(data, { key: key(1), valid: 0.2 }).test)).not.toEqual(parts[2]);
    expect(() => test.rows([10])).toThrow("test: expected a row below 10");
  });

  it("refuses shares without rows", () => {
    expect(() => splitRows(data, { key: key(0), valid: 0.5, test: 0.5 })).toThrow("below 1 together");
    expect(() => splitRows(arrays({ x: ndarray([1, 2]) }), { key: key(0) })).toThrow(
      'expected rows for "valid", got 0 of 2',
    );
  });
});

describe("openTable", () => {
  it("divides a CSV file", async () => {
    const path = join(folder(), "mine.csv");
    writeFileSync(path, `a,b\n${Array.from({ length: 40 }, (_, i) => `${i},${i / 3}`).join("\n")}\n`);
    const { train, valid, test } = await openTable(path, { valid: 0.25, test: 0 });
    expect([train.length, valid.length, test.length]).toEqual([30, 10, 0]);
    expect(train.columns.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it.each([
    ["hoses", {}, 'did you mean "houses"?'],
    ["imagenet", {}, "write ./imagenet"],
    ["houses", { omit: ["age"] }, "leave out omit"],
    ["./mine.csv", { dir: "x" }, "leave out dir"],
    ["toString", {}, "expected houses, wine-quality, iris"],
  ] as const)("explains %s %j", async (name, options, text) => {
    expect((await errorOf(() => openTable(name, options))).message).toContain(text);
  });

  it.each(Object.entries<TableEntry>(tables))("%s is the file that is registered", (_, { file }) => {
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    const path = join(GEN_DATA_DIR ?? "", "tabular", file.url.slice(file.url.lastIndexOf("/") + 1));
    if (GEN_DATA_DIR === undefined || !existsSync(path)) return;
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(file.bytes);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(file.sha256);
  });

  it("is California housing, whose rounding units are found", async ({ skip }) => {
    const why = missing("tabular");
    if (why) skip(why);
    const { train, valid, test } = await openTable("houses");
    expect([train.length, valid.length, test.length]).toEqual([16_512, 2_064, 2_064]);
    expect(train.columns.map(({ name, kind, rounding }) => [name, kind, rounding])).toEqual([
      ["value", "real", 1],
      ["income", "real", 0.0001],
      ["age", "integer", 1],
      ["rooms", "integer", 1],
      ["bedrooms", "integer", 1],
      ["population", "integer", 1],
      ["households", "integer", 1],
      ["latitude", "real", 0.01],
      ["longitude", "real", 0.01],
    ]);
    const codec = await fitTable(train, { columns: train.columns });
    const { low, high } = codec.columns[1] as NumberColumn;
    expect([low, high].map((v) => v.toFixed(4))).toEqual(["0.4999", "15.0001"]);
    for (const part of [train, valid, test]) codec.check((await part.rows([...Array(part.length).keys()]))["x"]!);
  });

  it("is the red wine set and the irises", async ({ skip }) => {
    const why = missing("tabular");
    if (why) skip(why);
    const wine = await openTable("wine-quality");
    expect(wine.train.length + wine.valid.length + wine.test.length).toBe(1_599);
    expect(wine.train.columns.map(({ rounding }) => rounding)).toEqual([
      0.1, 0.005, 0.01, 0.05, 0.001, 0.5, 0.5, 0.00001, 0.01, 0.01, 0, 1,
    ]);
    const iris = await openTable("iris");
    expect(iris.test.classes).toEqual(["Iris-setosa", "Iris-versicolor", "Iris-virginica"]);
    expect(iris.train.fields["x"]!.shape).toEqual([4]);
  });
});
