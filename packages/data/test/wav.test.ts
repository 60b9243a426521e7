import { isGenError, ndarray } from "@gen/core";
import { describe, expect, it } from "vitest";
import { encodeWav, parseWav, type WavOptions } from "../src/wav.js";
import { errorOf } from "./helpers.js";

const wave = Float32Array.from({ length: 2 * 401 }, (_, i) => Math.sin(i / 7) * (i < 401 ? 1 : 0.3));
const sound = { samples: ndarray(wave, [2, 401]), rate: 8_000 };

describe("WAV", () => {
  it.each<[WavOptions["bits"] & {}, number]>([
    [8, 2 ** -7],
    [16, 2 ** -15],
    [24, 2 ** -23],
    [32, 2 ** -24],
    ["float", 0],
  ])("keeps sound to the step of %s bits", (bits, step) => {
    const bytes = encodeWav(sound, { bits });
    const again = parseWav(bytes, { file: "a.wav" });
    expect(again.rate).toBe(8_000);
    expect(again.samples.shape).toEqual([2, 401]);
    again.samples.data.forEach((v, i) => expect(Math.abs(v - wave[i]!)).toBeLessThanOrEqual(step));
    expect(encodeWav(again, { bits })).toEqual(bytes); //                      what was rounded once stays
  });

  it("lays 16 bits out as the format says", () => {
    const bytes = encodeWav({ samples: ndarray([0, 1, -1, 0.5], [1, 4]), rate: 44_100 });
    const header =
      "52494646 2c000000 57415645 666d7420 10000000 0100 0100 44ac0000 88580100 0200 1000 64617461 08000000";
    expect(Buffer.from(bytes).toString("hex")).toBe(`${header.replaceAll(" ", "")}0000ff7f00800040`);
  });

  it("passes over other pieces, and reads the extensible form", () => {
    const bytes = encodeWav(sound);
    const list = Buffer.from("LIST\x03\0\0\0abc\0", "latin1");
    const withList = Buffer.concat([bytes.subarray(0, 12), list, bytes.subarray(12)]);
    expect(parseWav(withList, { file: "a" }).samples).toEqual(parseWav(bytes, { file: "a" }).samples);
    const format = Buffer.alloc(40);
    Buffer.from(bytes.subarray(20, 36)).copy(format);
    format.writeUInt16LE(0xfffe, 0);
    format.writeUInt16LE(1, 24);
    const extended = Buffer.concat([
      bytes.subarray(0, 12),
      Buffer.from("fmt \x28\0\0\0", "latin1"),
      format,
      bytes.subarray(36),
    ]);
    expect(parseWav(extended, { file: "a" }).samples).toEqual(parseWav(bytes, { file: "a" }).samples);
  });

  it.each<[string, (bytes: Buffer) => Uint8Array, string]>([
    ["empty", () => new Uint8Array(0), "an empty file"],
    ["another", () => Buffer.from("ID3 some music"), 'expected a WAV file, got "ID3 "'],
    ["cut", (b) => b.subarray(0, 100), "data: expected 1604 bytes, got 56"],
    ["without samples", (b) => b.subarray(0, 36), "data: expected samples, got none"],
    ["compressed", (b) => (b.writeUInt16LE(85, 20), b), "got code 85 of 16 bits"],
    ["of 12 bits", (b) => (b.writeUInt16LE(12, 34), b), "got code 1 of 12 bits"],
    ["without channels", (b) => (b.writeUInt16LE(0, 22), b), "expected channels and a rate"],
    ["of half samples", (b) => (b.writeUInt32LE(1603, 40), b), "whole samples of 4 bytes"],
  ])("explains a file that is %s", async (_, change, text) => {
    const { code, message } = await errorOf(() => parseWav(change(Buffer.from(encodeWav(sound))), { file: "a.wav" }));
    expect(code).toBe("format");
    expect(message).toContain(text);
  });

  it("refuses what is no sound", () => {
    const codeOf = (work: () => unknown): string => {
      try {
        work();
      } catch (thrown) {
        if (isGenError(thrown)) return thrown.code;
      }
      return "none";
    };
    expect(codeOf(() => encodeWav({ samples: ndarray([NaN], [1, 1]), rate: 1 }))).toBe("numeric");
    expect(codeOf(() => encodeWav({ samples: ndarray([0]), rate: 1 }))).toBe("shape");
    expect(codeOf(() => encodeWav({ ...sound, rate: 0.5 }))).toBe("range");
  });
});
