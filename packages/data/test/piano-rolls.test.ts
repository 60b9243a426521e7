import { ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { parsePieces, pianoRolls, piecesOf } from "../src/piano-rolls.js";
import { END, PAD, parseScan } from "../src/scan.js";
import { errorOf } from "./helpers.js";

describe("piano rolls", () => {
  const text = JSON.stringify({ train: [[[60, 64], [], [-1, 62]], [[61]]], valid: [], test: [[[200]]] });
  const pieces = parsePieces(text, { file: "f.json", split: "train" });

  it("are steps by pitches, and say where a piece ends", async () => {
    const rolls = pianoRolls(pieces, { name: "mine", pitches: [60, 64] });
    const { x, mask } = await rolls.rows([1, 0]);
    expect(x!.shape).toEqual([2, 3, 5]);
    expect([...(x!.data as Uint8Array)].join("")).toBe("010000000000000" + "100010000000100");
    expect([...(mask!.data as Uint8Array)]).toEqual([1, 0, 0, 1, 1, 1]);
    expect(pianoRolls(pieces, { name: "mine", length: 2 }).length).toBe(3);
    expect(piecesOf(x!, 60)).toEqual([
      [[61], [], []],
      [[60, 64], [], [62]],
    ]);
    expect(() => piecesOf(ndarray([1], [1]), 60)).toThrow("expected [n, T, pitches], got [1]");
  });

  it.each([
    [() => parsePieces("[", { file: "f.json", split: "train" }), "f.json: expected JSON"],
    [() => parsePieces("null", { file: "f.json", split: "train" }), 'expected pieces in "train"'],
    [() => parsePieces('{"train": [3]}', { file: "f.json", split: "train" }), "piece 0: expected steps"],
    [
      () => parsePieces('{"train": [[[60], [1.5]]]}', { file: "f", split: "train" }),
      "piece 0, step 1: expected MIDI pitches, got [1.5]",
    ],
    [() => parsePieces(text, { file: "f", split: "test" }), "got [200]"],
    [
      () => pianoRolls(pieces, { name: "mine", pitches: [60, 62] }),
      "piece 0, step 0: expected pitches from 60 to 62, got 64",
    ],
    [() => pianoRolls([], { name: "mine" }), "expected pieces"],
  ])("say what is wrong", async (work, wanted) => {
    expect((await errorOf(work)).message).toContain(wanted);
  });
});

describe("parseScan", () => {
  it("gives words as indices, an end, and padding", async () => {
    const set = parseScan("IN: jump left twice OUT: I_TURN_LEFT I_JUMP\nIN: run OUT: I_RUN\n", { file: "f" });
    const { source, target } = await set.rows([0, 1]);
    expect([source!.shape, target!.shape]).toEqual([
      [2, 10],
      [2, 49],
    ]);
    const words = [...(source!.data as Int32Array)].map((i) => set.sourceWords[i]);
    expect(words.slice(0, 5)).toEqual(["jump", "left", "twice", "<end>", "<pad>"]);
    expect([...(target!.data as Int32Array)].slice(49, 52)).toEqual([set.targetWords.indexOf("I_RUN"), END, PAD]);
  });

  it.each([
    ["IN: jump OUT: I_JUMP\nIN: fly OUT: I_FLY\n", "line 2: expected one of jump, walk"],
    ["jump\n", "line 1: expected IN: … OUT: …"],
    ["IN: run OUT: <pad>\n", 'got "<pad>"'],
    [`IN: run OUT: ${"I_RUN ".repeat(49)}\n`, "at most 48 words"],
    ["", "empty file"],
  ])("explains %j", async (text, wanted) => {
    expect((await errorOf(() => parseScan(text, { file: "f" }))).message).toContain(wanted);
  });
});
