import { describe, expect, it } from "vitest";
import { parseMidi as theirs } from "midi-file";
import { encodeMidi, parseMidi } from "../src/midi.js";

/** Two voices; the second rests at the end. */
const soprano = [[72], [72], [74], []];
const bass = [[48, 55], [48], [], []];

describe("encodeMidi", () => {
  it("comes back as it was, track by track", () => {
    const bytes = encodeMidi(
      [
        { piece: soprano, name: "soprano", program: 52 },
        { piece: bass, name: "bass" },
      ],
      { stepsPerQuarter: 2, tempo: 90 },
    );
    const { tracks, tempo } = parseMidi(bytes, { file: "two.mid", stepsPerQuarter: 2 });
    expect(tempo).toBeCloseTo(90, 3);
    expect(tracks).toEqual([
      { piece: soprano, name: "soprano", program: 52 },
      { piece: bass, name: "bass", program: 0 },
    ]);
  });

  it("writes what the format says: a held pitch once, ends before beginnings", () => {
    const { header, tracks } = theirs(encodeMidi([{ piece: [[60], [60], [62, 60]] }]));
    expect(header).toMatchObject({ format: 1, numTracks: 2, ticksPerBeat: 480 });
    const notes = tracks[1]!.filter(({ type }) => type.startsWith("note"));
    expect(notes.map((e) => [e.deltaTime, e.type, "noteNumber" in e && e.noteNumber])).toEqual([
      [0, "noteOn", 60],
      [960, "noteOn", 62],
      [480, "noteOff", 60],
      [0, "noteOff", 62],
    ]);
  });

  it("refuses what it cannot write", () => {
    expect(() => encodeMidi([])).toThrow("encodeMidi: expected tracks, got none");
    expect(() => encodeMidi([{ piece: [[200]] }])).toThrow("step 0: expected a pitch from 0 to 127, got 200");
    expect(() => encodeMidi([{ piece: [[60]] }], { stepsPerQuarter: 7 })).toThrow("that divides 480");
    expect(() => encodeMidi([{ piece: [[60]], program: 128 }])).toThrow("expected a program from 0 to 127, got 128");
  });
});

describe("parseMidi", () => {
  it("names a file that is none", () => {
    expect(() => parseMidi(new Uint8Array(4), { file: "x.mid" })).toThrow("x.mid: expected a MIDI file, got 4 bytes");
    expect(() => parseMidi(encodeMidi([{ piece: [[60]] }]).subarray(0, 40), { file: "cut.mid" })).toThrow(
      "cut.mid: expected 2 whole tracks",
    );
  });

  it("puts notes on the nearest steps, of which each lasts one at least", () => {
    const bytes = encodeMidi([{ piece: [[60], [], [64], []] }], { stepsPerQuarter: 8 });
    expect(parseMidi(bytes, { file: "x.mid", stepsPerQuarter: 4 }).tracks[0]!.piece).toEqual([[60], [64]]);
  });
});
