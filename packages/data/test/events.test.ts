import { describe, expect, it } from "vitest";
import { MusicEvents } from "../src/index.js";

const piece = [[60, 64], [60], [], [], [], [62], [62]];

describe("MusicEvents", () => {
  it("tell a piece in words, and give it back", () => {
    const events = new MusicEvents({ pitches: [60, 64], longest: 2 });
    const told = events.encode(piece);
    expect(told.map((event) => events.name(event))).toEqual([
      ..."on 60,on 64,1 step,off 64,1 step,off 60,2 steps,1 step,on 62,2 steps,off 62".split(","),
    ]);
    expect(events.size).toBe(13);
    expect(events.decode(told)).toEqual(piece);
    expect(events.decode([...told, events.end, 1, 12])).toEqual(piece);
  });

  it("keep silence at the end, and take what a model says as it comes", () => {
    const events = new MusicEvents({ pitches: [60, 61] });
    expect(events.decode(events.encode([[60], [], []]))).toEqual([[60], [], []]);
    expect(events.decode([3, 1, 1, 5, 1, 6])).toEqual([[60], [60], [60]]); // an end of nothing, a note struck again
    expect(() => events.decode([99])).toThrow("expected events from 0 to 20, got 99");
    expect(() => events.encode([[59]])).toThrow("step 0: expected a pitch from 60 to 61, got 59");
    expect(() => new MusicEvents({ pitches: [64, 60] })).toThrow("expected pitches within 0 … 127");
  });
});
