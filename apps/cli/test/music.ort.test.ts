/** @file A folder of MIDI files, the whole way: learned from, reported with something to listen to, composed as MIDI and WAV. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseWav } from "@gen/data";
import { encodeMidi, parseMidi } from "@gen/data/midi";
import { node } from "@gen/core/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testWorld, type Heard } from "./world.js";

let place: string;
const run = (line: string): Promise<Heard> => testWorld(place, () => node({ threads: 1 })).run(line);
const bytesOf = (name: string): Uint8Array => readFileSync(join(place, name));

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "gen-music-"));
  mkdirSync(join(place, "songs"));
  // Two voices that go on: 60, 62, 64 above 48. Learned by heart.
  for (let i = 0; i < 4; i++) {
    const upper = Array.from({ length: 24 }, (_, t) => [60 + 2 * (t % 3)]);
    const tracks = [{ piece: upper }, { piece: upper.map(() => [48]) }];
    writeFileSync(join(place, "songs", `${i}.mid`), encodeMidi(tracks, { stepsPerQuarter: 2, tempo: 100 }));
  }
  const options = "--steps-per-quarter 2 --length 12 --hidden 24 --note-hidden 32 --dropout 0 --learning-rate 0.03";
  expect(await run(`train music ./songs --steps 150 --batch-size 4 ${options} --name songs`)).toMatchObject({
    code: 0,
  });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe("a model of a folder of MIDI files", () => {
  it("has something to listen to in its report", () => {
    const report = readFileSync(join(place, "runs", "songs", "report.html"), "utf8");
    expect(report.match(/<audio controls/g)).toHaveLength(4);
    expect(report).toContain("n: int64(4), steps: int64(50)");
    const { samples, rate } = parseWav(bytesOf("runs/songs/samples/pieces-1.wav"), { file: "1" });
    expect(samples.shape[1]! / rate).toBeGreaterThan(24);
  });

  it("composes MIDI files, in the tempo and the steps that it learned", async () => {
    expect(await run("sample runs/songs --n 2 --seed 3 --steps 16 --to new.mid")).toMatchObject({ code: 0 });
    for (const name of ["new-1.mid", "new-2.mid"]) {
      const { tracks, tempo } = parseMidi(bytesOf(name), { file: name, stepsPerQuarter: 2 });
      expect(tempo).toBeCloseTo(100, 2);
      const { piece } = tracks[0]!;
      expect(piece).toHaveLength(16);
      const expected = piece.filter((step) => step.length === 2 && step[0] === 48 && [60, 62, 64].includes(step[1]!));
      expect(expected.length).toBeGreaterThan(12);
    }
  });

  it("composes sound: the same piece, and a tone where it has one", async () => {
    const { out } = await run("sample runs/songs --seed 3 --steps 16 --tempo 60 --to new.wav");
    expect(out).toContain("new.wav");
    const { samples, rate } = parseWav(bytesOf("new.wav"), { file: "new.wav" });
    expect(samples.shape).toEqual([1, Math.ceil((16 * 0.5 + 0.15) * rate)]);
    expect(Math.max(...samples.data.slice(0, rate))).toBeGreaterThan(0.2);
    await run("sample runs/songs --seed 3 --steps 16 --to new.json");
    const { shape } = JSON.parse(readFileSync(join(place, "new.json"), "utf8")) as { shape: number[] };
    expect(shape).toEqual([1, 16, 17]);
    await run("sample runs/songs --seed 3");
    expect(existsSync(join(place, "runs", "songs", "drawn-seed-3.mid"))).toBe(true);
  });

  it("keeps instruments apart, and composes them as tracks", async () => {
    mkdirSync(join(place, "duets"));
    for (let i = 0; i < 4; i++) {
      const [flute, organ] = [
        [[60], [62]],
        [[48], [48]],
      ].map((bar) => Array.from({ length: 8 }, () => bar).flat());
      const tracks = [
        { piece: organ!, program: 19 },
        { piece: flute!, program: 73, name: "flute" },
      ];
      writeFileSync(join(place, "duets", `${i}.mid`), encodeMidi(tracks, { stepsPerQuarter: 4 }));
    }
    const options = "--instruments --length 16 --hidden 16 --note-hidden 24 --dropout 0 --learning-rate 0.03";
    const trained = await run(`train music ./duets --steps 120 --batch-size 4 ${options} --name duets`);
    expect(trained).toMatchObject({ code: 0 });
    expect(await run("sample runs/duets --seed 3 --steps 16 --to duet.mid")).toMatchObject({ code: 0 });
    const { tracks } = parseMidi(bytesOf("duet.mid"), { file: "duet.mid" });
    expect(tracks.map(({ program }) => program)).toEqual([19, 73]);
    const [organ, flute] = tracks.map(({ piece }) => piece.flat());
    expect(new Set(organ)).toEqual(new Set([48]));
    expect(new Set(flute)).toEqual(new Set([60, 62]));
    const card = JSON.parse(readFileSync(join(place, "runs", "duets", "model", "card.json"), "utf8")) as object;
    expect(JSON.stringify(card)).toContain(
      "15 columns from MIDI pitch 48 for each of the General MIDI programs 19, 73",
    );
    expect(await run("sample runs/duets --seed 3 --steps 16 --to duet.wav")).toMatchObject({ code: 0 });
  });

  it.each([
    ["sample runs/songs --to x.png", "expected a .mid, .wav or .json for music"],
    ["sample runs/songs --to x.mid --scale 2", "expected --scale only for a .png"],
    ["sample runs/songs --to x.json --tempo 90", "expected --tempo only for the music of a model of music"],
    ["train music --data bars", "expected piano rolls, fields x u8 [T, pitches] and mask, got x, label"],
  ])("says what is wrong: %s", async (line, message) => {
    const { code, err } = await run(line);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });
});
