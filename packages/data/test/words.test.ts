import { arrays, ndarray } from "@gen/core";
import { expect, it } from "vitest";
import { vocabularyOf, withWords, wordNumbers, wordsOf } from "../src/words.js";

const names = ["Red heart", "red apple: half-eaten", "heart on fire", "café 24"];

it("takes a text apart into words", () => {
  expect(wordsOf(names[1]!)).toEqual(["red", "apple", "half", "eaten"]);
  expect(wordsOf(names[3]!)).toEqual(["café", "24"]);
  expect(wordsOf("…")).toEqual([]);
});

it("knows the words that occur more than once, the most frequent first", () => {
  expect(vocabularyOf([...names, "heart"])).toEqual(["heart", "red"]);
  expect(vocabularyOf(["a a a"])).toEqual([]);
  expect(vocabularyOf(["b", "a"], { least: 1 })).toEqual(["a", "b"]);
});

it("numbers words from 1 on, passes over others, and fills up with 0", () => {
  const { data, shape } = wordNumbers(names, { vocabulary: ["heart", "red", "fire"], length: 2 });
  expect(shape).toEqual([4, 2]);
  expect([...data]).toEqual([2, 1, 2, 0, 1, 3, 0, 0]);
  expect(() => wordNumbers(names, { vocabulary: [], length: 0 })).toThrow("expected a length of at least 1, got 0");
});

it("adds the words of each row to a data set", async () => {
  const set = withWords(arrays({ x: ndarray([0, 1, 2, 3], [4, 1]) }), names, { vocabulary: ["heart"], length: 1 });
  expect(set.fields["words"]).toEqual({ dtype: "i32", shape: [1] });
  const { x, words } = await set.rows([3, 0]);
  expect([...x!.data, ...words!.data]).toEqual([3, 0, 0, 1]);
  expect(() => withWords(arrays({ x: ndarray([0], [1, 1]) }), names, { vocabulary: [], length: 1 })).toThrow(
    "expected a text for each of 1 rows, got 4",
  );
});
