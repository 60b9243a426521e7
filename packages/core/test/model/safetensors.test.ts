import { describe, expect, it } from "vitest";
import { isGenError } from "../../src/error.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/model/safetensors.js";
import { ndarray, type NdArray } from "../../src/ndarray.js";

const decode = (bytes: Uint8Array) => decodeSafetensors(bytes, { file: "w.safetensors" });

/** The message of what `run` throws, which has to be a GenError. */
function failure(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (!isGenError(thrown)) throw thrown;
    return `${thrown.code}: ${thrown.message}`;
  }
  return "no error";
}

/** A file with this header and this many bytes of data. */
function fileOf(header: string | Uint8Array, size = 0, length?: bigint): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const out = new Uint8Array(8 + json.length + size);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  out.set(json, 8);
  return out;
}

const everyType: Record<string, NdArray> = {
  f64: ndarray([Math.PI, -0], [2], "f64"),
  f32: ndarray([1, NaN, -Infinity], [3, 1], "f32"),
  f16: ndarray([0x3c00], [], "f16"),
  i64: ndarray([-(2n ** 63n), 2n ** 63n - 1n], [1, 2], "i64"),
  i32: ndarray([-(2 ** 31)], [1], "i32"),
  u8: ndarray([0, 255, 7], [3], "u8"),
  bool: ndarray([true, false, true], [3], "bool"),
  u32: ndarray([2 ** 32 - 1], [1], "u32"),
  u64: ndarray([2n ** 64n - 1n], [1], "u64"),
  empty: ndarray([], [0, 3], "i32"),
  "layers.0.weight": ndarray([1, 2]),
  "10": ndarray([1]),
  ["__proto__"]: ndarray([2]),
  'a "quoted" näme\n': ndarray([3]),
};

describe("encodeSafetensors", () => {
  it("gives the bytes that the format prescribes", () => {
    const json =
      '{"__metadata__":{"by":"gen"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
      '"a":{"dtype":"U8","shape":[1,3],"data_offsets":[8,11]}}';
    expect(json.length).toBe(137); // so 7 spaces make it a multiple of 8: 144
    const expected = Uint8Array.of(
      ...[144, 0, 0, 0, 0, 0, 0, 0],
      ...new TextEncoder().encode(json),
      ...[0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20],
      ...[0x00, 0x00, 0x80, 0x3f], //                1 as a little-endian float32
      ...[0x00, 0x00, 0x20, 0xc0], //                −2.5
      ...[7, 8, 9],
    );
    const tensors = { a: ndarray([7, 8, 9], [1, 3], "u8"), b: ndarray([1, -2.5]) };
    expect(encodeSafetensors(tensors, { by: "gen" })).toEqual(expected);
    expect(decode(expected)).toEqual({ tensors, metadata: { by: "gen" } });
  });

  it("is undone by decodeSafetensors, for every type", () => {
    const metadata = { step: "12", ["__proto__"]: "x", "": "é" };
    const read = decode(encodeSafetensors(everyType, metadata));
    expect(read).toEqual({ tensors: everyType, metadata });
    expect(Object.keys(read.tensors).sort()).toEqual(Object.keys(everyType).sort());
    expect(Object.getPrototypeOf(read.tensors)).toBe(Object.prototype);
  });

  it("does not depend on the order of the arrays", () => {
    const reversed = Object.fromEntries(Object.entries(everyType).reverse());
    expect(encodeSafetensors(reversed, { a: "1", b: "2" })).toEqual(encodeSafetensors(everyType, { b: "2", a: "1" }));
  });

  it("aligns every array, so that reading copies nothing", () => {
    const bytes = encodeSafetensors(everyType);
    for (const { data } of Object.values(decode(bytes).tensors)) expect(data.buffer).toBe(bytes.buffer);
  });

  it("writes an empty file", () => {
    expect([...encodeSafetensors({})]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode("{}      ")]);
  });

  it("refuses what would not be read again", () => {
    expect(failure(() => encodeSafetensors({ __metadata__: ndarray([1]) }))).toMatch(/^data: /);
    const short: NdArray = { dtype: "f32", shape: [3], data: new Float32Array(2) };
    expect(failure(() => encodeSafetensors({ short }))).toMatch(/^data: .*expected \[3\] in "short", got 2 elements/);
  });
});

describe("decodeSafetensors", () => {
  it("reads from the middle of a buffer, aligned or not", () => {
    const bytes = encodeSafetensors(everyType);
    for (const buffer of [new Uint8Array(bytes.length + 16), Buffer.alloc(bytes.length + 16, 0x55)]) {
      const offset = buffer instanceof Buffer ? 3 : 1;
      buffer.set(bytes, offset);
      expect(decode(buffer.subarray(offset, offset + bytes.length)).tensors).toEqual(everyType);
    }
  });

  it("reads arrays in any order and keys it does not know", () => {
    const json =
      '  {"b":{"shape":[1],"extra":null,"data_offsets":[1,2],"dtype":"U8"},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}';
    const bytes = fileOf(json, 2);
    bytes.set([5, 6], bytes.length - 2);
    const { a, b } = decode(bytes).tensors;
    expect([a!.data[0], b!.data[0]]).toEqual([5, 6]);
  });

  it("refuses what is malformed, and says where", () => {
    const u8 = (offsets: string, shape = "[2]") => `{"dtype":"U8","shape":${shape},"data_offsets":${offsets}}`;
    const cases: Record<string, Uint8Array> = {
      empty: new Uint8Array(0),
      "seven bytes": new Uint8Array(7),
      "a header past the end": fileOf("{}", 0, 3n),
      "a header of 2^64 − 1 bytes": fileOf("{}", 0, 2n ** 64n - 1n),
      "no JSON": fileOf("{"),
      "a list": fileOf("[]"),
      null: fileOf("null"),
      "broken UTF-8": fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
      "lists within lists": fileOf("[".repeat(100_000)),
      "an entry that is a number": fileOf('{"a":1}'),
      "an entry that is null": fileOf('{"a":null}'),
      "an unknown type": fileOf('{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,2]}}', 2),
      "a type from the prototype": fileOf('{"a":{"dtype":"constructor","shape":[1],"data_offsets":[0,2]}}', 2),
      "an entry whose prototype has the fields": fileOf(`{"a":{"__proto__":${u8("[0,2]")}}}`, 2),
      "no shape": fileOf('{"a":{"dtype":"U8","data_offsets":[0,1]}}', 1),
      "a negative extent": fileOf(`{"a":${u8("[0,1]", "[-1,-1]")}}`, 1),
      "a broken extent": fileOf(`{"a":${u8("[0,1]", "[0.5,2]")}}`, 1),
      "an extent as text": fileOf(`{"a":${u8("[0,1]", '["1"]')}}`, 1),
      "an enormous shape": fileOf(`{"a":${u8("[0,2]", `[${Array<string>(40).fill("9007199254740991").join()}]`)}}`, 2),
      "an enormous shape of nothing": fileOf(`{"a":${u8("[0,0]", `[${Array<string>(40).fill("9e15").join()},0]`)}}`),
      "one offset": fileOf(`{"a":${u8("[2]")}}`, 2),
      "offsets in reverse": fileOf(`{"a":${u8("[2,0]")}}`, 2),
      "a span that the shape has not": fileOf(`{"a":${u8("[0,3]")}}`, 3),
      "a gap": fileOf(`{"a":${u8("[0,2]")},"b":${u8("[3,5]")}}`, 5),
      "a gap at the beginning": fileOf(`{"a":${u8("[1,3]")}}`, 3),
      "an overlap": fileOf(`{"a":${u8("[0,2]")},"b":${u8("[1,3]")}}`, 3),
      "the same bytes twice": fileOf(`{"a":${u8("[0,2]")},"b":${u8("[0,2]")}}`, 2),
      "bytes left over": fileOf(`{"a":${u8("[0,2]")}}`, 3),
      "bytes missing": fileOf(`{"a":${u8("[0,2]")}}`, 1),
      "a name twice": fileOf(`{"a":${u8("[0,2]")},"a":${u8("[0,2]")}}`, 2),
      "a name twice, once escaped": fileOf(`{"a":${u8("[0,2]")},"\\u0061":${u8("[0,2]")}}`, 2),
      "a field twice": fileOf(`{"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}`, 2),
      "metadata that is not text": fileOf('{"__metadata__":{"a":1}}'),
      "metadata that is a list": fileOf('{"__metadata__":["a"]}'),
      "a BOOL of 2": ((bytes) => bytes.fill(2, -1))(
        fileOf('{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', 1),
      ),
      "a name over lines": fileOf('{"a\\nb":1}'),
      "a long name": fileOf(`{"${"x".repeat(1000)}":1}`),
    };
    const messages = Object.entries(cases).map(([name, bytes]) => [name, failure(() => decode(bytes))]);
    for (const [name, text] of messages) {
      expect(text, name).toMatch(/^format: w\.safetensors: .*: expected .*, got .*\n {2}fix: .*$/);
      expect(text!.length, name).toBeLessThan(300);
    }
    expect(Object.fromEntries(messages)).toMatchSnapshot();
  });

  it("does not let a header of strangers weigh more than the file", () => {
    const bytes = fileOf("{}", 0, 100_000_001n);
    const big = new Uint8Array(100_000_100);
    big.set(bytes);
    expect(failure(() => decode(big))).toMatch(/expected a length of at most 100000000, got 100000001/);
  });

  it("meets every cut with an error of ours", () => {
    const bytes = encodeSafetensors(everyType, { by: "gen" });
    for (let length = 0; length < bytes.length; length++) {
      expect(
        failure(() => decode(bytes.subarray(0, length))),
        `cut at ${length}`,
      ).toMatch(/^format: w\.safetensors: /);
    }
  });

  it("meets every changed byte of the header with an error of ours, or with arrays", () => {
    const bytes = encodeSafetensors({ a: ndarray([1, 2]), b: ndarray([true], [1], "bool") }, { by: "gen" });
    const data = bytes.length - 9;
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        if (failure(() => decode(changed)) !== "no error") refused++;
      }
    }
    expect(refused).toBeGreaterThan(5 * data);
  });
});

it("reads the upper halves of numbers, BF16, as f32", () => {
  const header = JSON.stringify({ a: { dtype: "BF16", shape: [3], data_offsets: [0, 6] } });
  const bytes = fileOf(header, 6);
  bytes.set([0x80, 0x3f, 0x20, 0xc0, 0x00, 0x00], bytes.length - 6);
  expect(decode(bytes).tensors["a"]).toEqual(ndarray([1, -2.5, 0], [3]));
  expect(failure(() => decode(fileOf(header.replace("6]", "12]"), 12)))).toContain("expected a span of 6 bytes");
});
