import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeMidi } from "../../src/midi.js";
import { midiFolder } from "../../src/node/midi-folder.js";

let path: string;
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), "midi-"));
  for (const name of ["songs", "songs/more", "none"]) mkdirSync(join(path, name));
});
afterAll(() => rmSync(path, { recursive: true, force: true }));

describe("a folder of MIDI files", () => {
  it("is its pieces by name, all tracks of each together", async () => {
    const two = encodeMidi([{ piece: [[72], [74]] }, { piece: [[48, 72], []] }], { stepsPerQuarter: 4, tempo: 90 });
    writeFileSync(join(path, "songs", "b.mid"), two);
    writeFileSync(join(path, "songs", "more", "a.MIDI"), encodeMidi([{ piece: [[60]] }], { stepsPerQuarter: 4 }));
    writeFileSync(join(path, "songs", "more", "words.txt"), "no music");
    const found = await midiFolder({ path: join(path, "songs") });
    expect(found.map(({ file }) => file.slice(path.length + 1))).toEqual(["songs/b.mid", "songs/more/a.MIDI"]);
    expect(found.map(({ piece }) => piece)).toEqual([[[48, 72], [74]], [[60]]]);
    expect(found[0]!.tempo).toBeCloseTo(90, 3);
    expect(await midiFolder({ path: join(path, "songs", "b.mid") })).toEqual(found.slice(0, 1));
  });

  it("says which file is wrong", async () => {
    await expect(midiFolder({ path: join(path, "none") })).rejects.toThrow("none: expected MIDI files, got none");
    await expect(midiFolder({ path: join(path, "nowhere") })).rejects.toThrow("cannot read");
    writeFileSync(join(path, "none", "empty.mid"), encodeMidi([{ piece: [[], []] }]));
    await expect(midiFolder({ path: join(path, "none") })).rejects.toThrow("empty.mid: expected notes, got none");
    writeFileSync(join(path, "none", "empty.mid"), "no music");
    await expect(midiFolder({ path: join(path, "none") })).rejects.toThrow("empty.mid: expected a MIDI file");
  });
});
