import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { audioFolder } from "../../src/node/audio-folder.js";
import { openText } from "../../src/node/sequences.js";
import { textDataset, type TextDataset } from "../../src/node/text.js";
import { encodeWav } from "../../src/wav.js";
import { errorOf, folder } from "../helpers.js";

async function textOf(set: TextDataset, row: number): Promise<string> {
  return set.decode((await set.rows([row]))["x"]!.data as Int32Array);
}

describe("textDataset", () => {
  const text = "äbc def—ghi\n".repeat(50); // 600 characters, 750 bytes

  function file(): string {
    const path = join(folder(), "a.txt");
    writeFileSync(path, text);
    return path;
  }

  it("gives rows of characters, whose splits do not overlap", async () => {
    const path = file();
    const parts = await Promise.all(
      (["train", "valid", "test"] as const).map((split) => textDataset(path, { length: 10, split })),
    );
    expect(parts.map(({ tokens, length }) => [tokens, length])).toEqual([
      [540, 54],
      [30, 3],
      [30, 3],
    ]);
    expect(parts[0]!.vocabulary).toEqual(Array.from("\n bcdefghiä—"));
    expect(await textOf(parts[0]!, 1)).toBe(text.slice(10, 20));
    expect(await textOf(parts[2]!, 2)).toBe(text.slice(590));
    const dense = await textDataset(path, { length: 10, stride: 1 });
    expect(dense.length).toBe(531);
    expect(await textOf(dense, 530)).toBe(text.slice(530, 540));
  });

  it("gives bytes, the same from a temporary file", async () => {
    const path = file();
    const options = { unit: "byte", length: 15, valid: 0, test: 0 } as const;
    const [memory, disk] = await Promise.all([
      textDataset(path, options),
      textDataset(path, { ...options, memoryBytes: 0 }),
    ]);
    expect([memory.length, memory.vocabulary]).toEqual([50, undefined]);
    expect(await textOf(memory, 49)).toBe("äbc def—ghi\n");
    expect(await disk.rows([3, 49])).toEqual(await memory.rows([3, 49]));
  });

  it("reads a folder in the order of its paths", async () => {
    const path = folder();
    mkdirSync(join(path, "b"));
    writeFileSync(join(path, "b", "x.md.gz"), gzipSync("zwei"));
    writeFileSync(join(path, "a.txt"), "eins");
    writeFileSync(join(path, "c.bin"), "drei");
    const set = await textDataset(path, { length: 8, valid: 0, test: 0 });
    expect(await textOf(set, 0)).toBe("einszwei");
  });

  it.each([
    [{ length: 601 }, "expected at least 601 characters for"],
    [{ length: 0 }, "expected length ≥ 1"],
    [{ valid: 0.6, test: 0.5 }, "shares below 1"],
    [{ split: "dev" as "train" }, "expected split train or valid or test"],
  ])("explains %j", async (options, wanted) => {
    expect((await errorOf(() => textDataset(file(), options))).message).toContain(wanted);
  });

  it("says what it cannot read", async () => {
    const path = folder();
    writeFileSync(join(path, "a.txt"), Buffer.from([0x61, 0x0a, 0xfe]));
    expect((await errorOf(() => textDataset(path))).message).toContain(
      "a.txt: byte 2, line 2: expected UTF-8, got 0xfe",
    );
    expect((await errorOf(() => textDataset(join(path, "none")))).code).toBe("file");
    expect((await errorOf(() => textDataset(folder()))).message).toContain("expected .txt or .md files");
    expect((await errorOf(() => openText("tinyshakespear"))).message).toContain('did you mean "tinyshakespeare"?');
    const set = await textDataset(file(), { length: 5 });
    expect(() => set.decode([0, 99])).toThrow("token 1: expected 0 to 11, got 99");
  });
});

describe("audioFolder", () => {
  const put = (path: string, value: number, rate = 8_000): void => {
    writeFileSync(path, encodeWav({ samples: ndarray([value, value, -value, 0], [2, 2]), rate }, { bits: "float" }));
  };

  it("reads sounds of one length, with classes by name or folder", async () => {
    const path = folder();
    put(join(path, "7_ann.wav"), 0.5);
    put(join(path, "3_bob.wav"), 0.25);
    const set = await audioFolder({ path, length: 3, classOf: (name) => name[0]! });
    expect(set).toMatchObject({ length: 2, rate: 8_000, classes: ["3", "7"] });
    const { x, label } = await set.rows([1, 0]);
    expect(x).toEqual({ dtype: "f32", shape: [2, 1, 3], data: Float32Array.of(0, 0.25, 0, 0, 0.125, 0) });
    expect([...(label!.data as Int32Array)]).toEqual([1, 0]);
    expect((await audioFolder({ path, length: 3 })).classes).toBeUndefined();
  });

  it("takes windows of each sound, which may overlap", async () => {
    const path = folder();
    const write = (name: string, samples: number[]): void =>
      writeFileSync(
        join(path, name),
        encodeWav({ samples: ndarray(samples, [1, samples.length]), rate: 8_000 }, { bits: "float" }),
      );
    write("a_long.wav", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    write("b_short.wav", [0.7]);
    const set = await audioFolder({ path, length: 3, hop: 2, classOf: (name) => name[0]! });
    expect(set.length).toBe(3);
    const { x, label } = await set.rows([0, 1, 2]);
    expect([...(x!.data as Float32Array)]).toEqual([0.1, 0.2, 0.3, 0.3, 0.4, 0.5, 0.7, 0, 0].map(Math.fround));
    expect([...(label!.data as Int32Array)]).toEqual([0, 0, 1]);
    expect((await errorOf(() => audioFolder({ path, length: 3, hop: 0 }))).message).toContain("expected hop ≥ 1");
  });

  it("says which file is damaged, or of another rate", async () => {
    const path = folder();
    expect((await errorOf(() => audioFolder({ path, length: 3 }))).message).toContain("expected WAV files, got none");
    put(join(path, "a.wav"), 1);
    put(join(path, "b.wav"), 1, 16_000);
    writeFileSync(join(path, "c.wav"), "no");
    const set = await audioFolder({ path, length: 3 });
    expect((await errorOf(() => set.rows([1]))).message).toContain(
      "b.wav: expected 8000 Hz, as the first file has, got 16000",
    );
    expect((await errorOf(() => set.rows([2]))).message).toContain("c.wav: header: expected a WAV file");
  });
});
