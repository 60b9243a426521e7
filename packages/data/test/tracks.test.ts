import { expect, it } from "vitest";
import { pianoRolls, stackTracks, trackColumns, unstackTracks, type TrackColumns } from "../src/index.js";

const columns: TrackColumns = { tracks: 2, pitches: [60, 63] };
const [upper, lower] = [
  [[62], [63]],
  [[60, 62], []],
];

it("tracks keep columns of their own, and come back apart", () => {
  const stacked = stackTracks([upper, lower], columns);
  expect(stacked).toEqual([[2, 4, 6], [3]]);
  expect(unstackTracks(stacked, columns)).toEqual([upper, lower]);
  const rolls = pianoRolls([stacked], { name: "two", pitches: trackColumns(columns) });
  expect(rolls.fields["x"]!.shape).toEqual([2, 8]);
});

it("tracks that do not fit are refused", () => {
  expect(() => stackTracks([upper], columns)).toThrow("expected 2 tracks of one length, got 2 steps");
  expect(() => stackTracks([upper, [[60]]], columns)).toThrow("got 2, 1 steps");
  expect(() => stackTracks([upper, [[64], []]], columns)).toThrow(
    "track 1, step 0: expected pitches from 60 to 63, got 64",
  );
});
