import { describe, expect, it } from "vitest";
import { parseIdx } from "../src/idx.js";
import { errorOf, idx } from "./helpers.js";

const be = (bytes: number, values: readonly number[], write: (view: DataView, at: number, value: number) => void) => {
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  values.forEach((value, i) => write(view, i * bytes, value));
  return new Uint8Array(view.buffer);
};

describe("parseIdx", () => {
  it("holds bytes without copying them", () => {
    const bytes = idx(0x08, [2, 3], Uint8Array.of(0, 1, 2, 253, 254, 255));
    const array = parseIdx(bytes, "a.idx");
    expect(array).toMatchObject({ dtype: "u8", shape: [2, 3] });
    expect([...(array.data as Uint8Array)]).toEqual([0, 1, 2, 253, 254, 255]);
    expect(array.data.buffer).toBe(bytes.buffer);
  });

  it.each([
    ["i8 as i32", 0x09, be(1, [-128, 127], (v, at, x) => v.setInt8(at, x)), "i32", [-128, 127]],
    ["i16 as i32", 0x0b, be(2, [-2, 300], (v, at, x) => v.setInt16(at, x)), "i32", [-2, 300]],
    ["i32", 0x0c, be(4, [-70_000, 1], (v, at, x) => v.setInt32(at, x)), "i32", [-70_000, 1]],
    ["f32", 0x0d, be(4, [0.5, -2], (v, at, x) => v.setFloat32(at, x)), "f32", [0.5, -2]],
    ["f64", 0x0e, be(8, [0.1, 1e300], (v, at, x) => v.setFloat64(at, x)), "f64", [0.1, 1e300]],
  ])("reads big-endian %s", (_, type, content, dtype, values) => {
    const array = parseIdx(idx(type, [2], content), "a.idx");
    expect(array.dtype).toBe(dtype);
    expect([...(array.data as Float64Array)]).toEqual(values);
  });

  const whole = idx(0x08, [2, 2], Uint8Array.of(1, 2, 3, 4));
  it.each([
    ["nothing", new Uint8Array(0), "size"],
    ["three bytes", whole.subarray(0, 3), "magic"],
    ["another format", new TextEncoder().encode("<!DOCTYPE html>"), "magic"],
    ["an unknown element type", idx(0x0a, [1], new Uint8Array(1)), "magic"],
    ["no axes", idx(0x08, [], new Uint8Array(1)), "rank"],
    ["200 axes", Uint8Array.of(0, 0, 8, 200, 1, 2, 3), "rank"],
    ["cut extents", whole.subarray(0, 9), "extents"],
    ["an extent of 0", idx(0x08, [0, 28], new Uint8Array(0)), "extents"],
    ["cut elements", whole.subarray(0, -1), "elements: expected 4 bytes for [2, 2], got 3: the file is truncated"],
    ["bytes too many", Buffer.concat([whole, Uint8Array.of(9)]), "elements"],
    ["extents that would fill the memory", idx(0x0e, [2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array(8)), "elements"],
  ])("refuses %s", async (_, bytes, field) => {
    const { code, message, fix } = await errorOf(() => parseIdx(bytes, "a.idx"));
    expect(code).toBe("format");
    expect(message.split("\n")[0]).toContain(`a.idx: ${field}`);
    expect(fix).toBeDefined();
  });

  it.each([NaN, Infinity])("names the element that is %d", async (value) => {
    const content = be(4, [1, 2, value], (v, at, x) => v.setFloat32(at, x));
    const { code, message } = await errorOf(() => parseIdx(idx(0x0d, [3], content), "a.idx"));
    expect(code).toBe("data");
    expect(message).toContain("a.idx: element 2: expected a finite number");
  });

  it("never fails with anything but a GenError", async () => {
    for (let seed = 0; seed < 500; seed++) {
      const bytes = Buffer.from(idx(0x0d, [2, 1], new Uint8Array(8)));
      bytes[seed % bytes.length] = (seed * 37) & 255;
      try {
        parseIdx(bytes.subarray(0, seed % 3 === 0 ? seed % bytes.length : undefined), "a.idx");
      } catch (thrown) {
        expect((await errorOf(() => Promise.reject(thrown as Error))).message).toContain("a.idx");
      }
    }
  });
});
