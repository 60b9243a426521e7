import { ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { checkSplit } from "../src/dataset.js";
import { pictures } from "../src/pictures.js";
import { errorOf } from "./helpers.js";

const x = ndarray([1, 2, 3, 4], [4, 1, 1], "u8");
const classes = ["no", "yes"];
const make = (values: readonly number[]) =>
  pictures({ name: "set", split: "train", x, labels: { values: ndarray(values, [values.length], "u8"), classes } });

describe("pictures", () => {
  it("gives rows in the order asked for, with an axis for the channel", async () => {
    const set = make([0, 1, 1, 0]);
    expect(set.fields).toEqual({ x: { dtype: "u8", shape: [1, 1, 1] }, label: { dtype: "i32", shape: [] } });
    const rows = await set.rows([2, 0, 2]);
    expect(rows["x"]).toEqual(ndarray([3, 1, 3], [3, 1, 1, 1], "u8"));
    expect(rows["label"]).toEqual(ndarray([1, 0, 1], [3], "i32"));
  });

  it("has no label without labels", async () => {
    const set = pictures({ name: "set", split: "test", x });
    expect(set.classes).toBeUndefined();
    expect(Object.keys(await set.rows([0]))).toEqual(["x"]);
  });

  it.each([
    ["data", () => make([0, 1, 2, 0]), "set: label of row 2: expected 0 to 1, got 2"],
    ["shape", () => make([0, 1]), "set: labels: expected [4], got [2]"],
    ["dtype", () => pictures({ name: "set", split: "train", x: ndarray([1], [1, 1, 1]) }), "expected u8, got f32"],
    ["shape", () => pictures({ name: "set", split: "train", x: ndarray([1], [1], "u8") }), "expected [N, H, W]"],
    ["range", () => make([0, 1, 1, 0]).rows([4]), "set: expected a row below 4, got 4"],
    ["range", () => make([0, 1, 1, 0]).rows([0.5]), "got 0.5"],
  ])("refuses with %s", async (code, work, text) => {
    const error = await errorOf(work);
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });
});

describe("checkSplit", () => {
  it("says which there are, and which was meant", async () => {
    expect(checkSplit("set", "test", ["train", "test"])).toBe("test");
    const { code, message } = await errorOf(() => checkSplit("set", "tets", ["train", "test"]));
    expect(code).toBe("option");
    expect(message).toContain('set: expected split train or test, got "tets"\n  fix: did you mean "test"?');
  });
});
