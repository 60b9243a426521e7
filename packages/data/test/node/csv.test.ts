import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { csvTable, type CsvOptions } from "../../src/node/csv.js";
import { csvRecords, sniffSeparator } from "../../src/node/csv-records.js";
import { fieldPerColumn } from "../../src/table.js";
import { errorOf, folder } from "../helpers.js";

function file(content: string | Uint8Array, name = "some.csv"): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

async function recordsOf(content: string | Uint8Array, separator?: string) {
  const all: { fields: readonly string[]; line: number }[] = [];
  for await (const each of csvRecords(file(content), separator === undefined ? {} : { separator })) all.push(each);
  return all;
}

describe("csvRecords", () => {
  it("reads quotes as RFC 4180 has them, with the line on which each record begins", async () => {
    const text = 'a,b\r\n"x, y","say ""hi"""\r\n\r\n"two\nlines",é\n,\n';
    const wanted = [
      { fields: ["a", "b"], line: 1 },
      { fields: ["x, y", 'say "hi"'], line: 2 },
      { fields: ["two\nlines", "é"], line: 4 },
      { fields: ["", ""], line: 6 },
    ];
    expect(await recordsOf(text)).toEqual(wanted);
    expect(await recordsOf(gzipSync(text))).toEqual(wanted);
    expect(await recordsOf(`\uFEFF${text}`)).toEqual(wanted);
  });

  it.each([
    ["a,b\n1,2\n3,4", ","],
    ["a;b\n1,5;2\n3;4", ";"],
    ["a\tb c\n1\t2", "\t"],
    ["a|b|c\n1|2|3", "|"],
    ['"a;b",c\n"d;e;f",g', ","],
    ["alone\n1\n2", ","],
    ["", ","],
  ])("finds the separator of %j", (text, wanted) => {
    expect(sniffSeparator(text)).toBe(wanted);
  });

  it.each([
    ["a,b\n1,2\n3\n", "line 3: expected 2 fields, got 1"],
    ['a,b\n1,"2\n3,4\n', "line 3, column 2: expected a closing quote before the end of the file"],
    ['a,b\n1,"2"x\n', "line 2, column 2: expected a separator or the end of the line after a closing quote"],
    ['a,b\n1,2"3\n', "line 2, column 2: expected a quote only at the beginning"],
  ])("names the line of what is wrong in %j", async (text, wanted) => {
    const { code, message } = await errorOf(() => recordsOf(text));
    expect(code).toBe("format");
    expect(message).toContain(wanted);
  });

  it("names the byte that is no text, and a file that is not there", async () => {
    const { message } = await errorOf(() => recordsOf(Uint8Array.of(0x61, 0x2c, 0x0a, 0xe9, 0x2c, 0x0a)));
    expect(message).toContain("byte 4, line 2: expected UTF-8, got 0x2c");
    expect((await errorOf(() => csvTable("/no/such.csv"))).code).toBe("file");
    expect((await errorOf(() => recordsOf("a", "ab"))).message).toContain("one character");
    const cut = gzipSync("a,b\n".repeat(1000)).subarray(0, 30);
    expect((await errorOf(() => recordsOf(cut))).message).toContain("truncated");
  });
});

const MIXED = `id,weight,colour,count,kind
1,3.5,red,4,x
2,,green,-2,y
3,1e2,NA,0,x
4,-0.25,red,7,y
`;

describe("csvTable", () => {
  it("finds what each column holds", async () => {
    const table = await csvTable(file(MIXED), { omit: ["id"], label: "kind", columns: { weight: { unit: "kg" } } });
    expect(table.columns).toEqual([
      { name: "weight", kind: "real", rounding: 0.05, gaps: true, unit: "kg" },
      { name: "colour", kind: "categorical", categories: ["green", "red"], gaps: true },
      { name: "count", kind: "integer", rounding: 1, gaps: false },
    ]);
    expect(table).toMatchObject({ name: "some.csv", length: 4, classes: ["x", "y"] });
    expect(table.fields).toEqual({
      x: { dtype: "f32", shape: [3] },
      mask: { dtype: "u8", shape: [3] },
      label: { dtype: "i32", shape: [] },
    });
    const { x, mask, label } = await table.rows([3, 1, 2]);
    expect([...(x!.data as Float32Array)]).toEqual([-0.25, 1, 7, 0, 0, -2, 100, 0, 0]);
    expect([...(mask!.data as Uint8Array)]).toEqual([1, 1, 1, 0, 1, 1, 1, 0, 1]);
    expect([...(label!.data as Int32Array)]).toEqual([1, 1, 0]);
    expect((await errorOf(() => table.rows([4]))).message).toContain("expected a row below 4, got 4");
  });

  it("gives a field for each column as well", async () => {
    const table = fieldPerColumn(await csvTable(file(MIXED), { label: "kind" }));
    expect(Object.keys(table.fields)).toEqual([
      "id",
      "weight",
      "weight.mask",
      "colour",
      "colour.mask",
      "count",
      "label",
    ]);
    const rows = await table.rows([3, 1]);
    expect(rows["count"]).toEqual({ dtype: "f32", shape: [2], data: Float32Array.of(7, -2) });
    expect(rows["colour"]).toEqual({ dtype: "i32", shape: [2], data: Int32Array.of(1, 0) });
    expect(rows["weight.mask"]).toEqual({ dtype: "u8", shape: [2], data: Uint8Array.of(1, 0) });
    expect(rows["label"]!.shape).toEqual([2]);
  });

  it("reads files without header, with other gaps, separators and decimals", async () => {
    const table = await csvTable(file("1,5;?\n2;3\n"), { names: ["a", "b"], gaps: ["?"], decimal: "," });
    expect(table.columns.map(({ name, kind, gaps }) => [name, kind, gaps])).toEqual([
      ["a", "real", false],
      ["b", "integer", true],
    ]);
    const plain = await csvTable(file("1\n2\n"), { header: false });
    expect(plain.columns[0]!.name).toBe("column 1");
    const renamed = await csvTable(file("a\n2\n"), { header: true, names: ["b"] });
    expect([renamed.columns[0]!.name, renamed.length]).toEqual(["b", 1]);
  });

  it("gives the same rows from a temporary file", async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i},${i % 7 === 0 ? "" : i / 4},${"abc"[i % 3]!}`);
    const path = file(`n,q,c\n${lines.join("\n")}\n`);
    const [memory, disk] = [await csvTable(path), await csvTable(path, { memoryBytes: 0 })];
    const indices = [2_999, 0, 1_234, 7];
    expect(memory.rows(indices)).not.toBeInstanceOf(Promise);
    expect(disk.rows(indices)).toBeInstanceOf(Promise);
    expect(await disk.rows(indices)).toEqual(await memory.rows(indices));
    expect([...((await disk.rows([2_999]))["x"]!.data as Float32Array)]).toEqual([2_999, 749.75, 2]);
  });

  it.each<[string, CsvOptions, string]>([
    ["a\n1\ntwo\n3\n", { columns: { a: { kind: "real" } } }, 'line 3, column "a": expected a number, got "two"'],
    [
      "a\n1\n2.5\n",
      { columns: { a: { kind: "integer" } } },
      'line 3, column "a": expected a whole number up to 16777216, got "2.5"',
    ],
    [
      "a\nx\ny\nz\n",
      { maxCategories: 2 },
      'line 2, column "a": expected numbers, or at most 2 different words, got "x"',
    ],
    ["a\nred\ngren\n", { columns: { a: { categories: ["red", "green"] } } }, 'did you mean "green"?'],
    ["a\n1\n1e99\n", { columns: { a: { kind: "real" } } }, 'expected a number, got "1e99"'],
    ["a,b\n1,\n2,NA\n", {}, 'column "b": expected values, got only gaps'],
    ["a,a\n1,2\n", {}, 'got "a" twice'],
    ["1,2\n3,4\n", {}, "say header: false"],
    ["a,b\n", {}, 'column "a": expected values'],
    ["", {}, "expected rows, got an empty file"],
    ["a,b\n1,2\n", { omit: ["c"] }, 'expected a column a, b, got "c"'],
    ["size,b\n1,2\n", { label: "sise" }, 'did you mean "size"?'],
    ["a\nx\n", { label: "a" }, "got none besides the label"],
    ["a,b\nx,1\n,2\n", { label: "a" }, "expected a label in each row, got gaps"],
    ["a,b\n1,2\n", { names: ["a"] }, "names: expected 2"],
  ])("explains %j with %j", async (text, options, wanted) => {
    expect((await errorOf(() => csvTable(file(text), options))).message).toContain(wanted);
  });
});
