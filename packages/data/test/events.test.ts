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
    expect(() => events.encode([[59]])).toThrow("step 0: expected pitches from 60 to 61, got 59");
    expect(() => new MusicEvents({ pitches: [64, 60] })).toThrow("expected pitches within 0 … 127");
    expect(() => new MusicEvents({ tracks: 0 })).toThrow("tracks ≥ 1, got [21, 108], 16 and 0");
  });

  it("tell several tracks, also where they sound the same pitch, and give them back apart", () => {
    const events = new MusicEvents({ pitches: [60, 64], tracks: 2 });
    const tracks = [
      [[60], [60], [62], []],
      [[], [60, 64], [64], []],
    ];
    const told = events.encodeTracks(tracks);
    expect(told.map((event) => events.name(event)).join(", ")).toBe(
      "on 60 of track 0, 1 step, on 60 of track 1, on 64 of track 1, 1 step, off 60 of track 0, off 60 of track 1, on 62 of track 0, 1 step, off 62 of track 0, off 64 of track 1, 1 step",
    );
    expect(events.size).toBe(1 + 2 * 10 + 16);
    expect(events.decodeTracks(told)).toEqual(tracks);
    expect(events.decode(told)).toEqual([[60], [60, 64], [62, 64], []]);
    expect(() => events.encode([[60]])).toThrow("expected 2 tracks of one length, got 1 steps");
  });
});
