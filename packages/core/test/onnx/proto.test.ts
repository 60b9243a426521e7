import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { isGenError } from "../../src/error.js";
import { decodeModel } from "../../src/onnx/proto-decode.js";
import { encodeModel, type OnnxAttribute, type OnnxModel } from "../../src/onnx/proto.js";
import { Writer } from "../../src/onnx/wire.js";
import { add, everything, modelOf, node, scan } from "./models.js";

const decode = (bytes: Uint8Array) => decodeModel(bytes, { file: "m.onnx" });

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

/** The bytes of a message, as `body` writes it. */
function message(body: (w: Writer) => void): Uint8Array {
  const w = new Writer();
  body(w);
  return w.finish();
}

/** A model whose graph is written by hand. */
function withGraph(body: (w: Writer) => void): Uint8Array {
  return message((w) => {
    w.int(1, 10);
    w.message(7, () => body(w));
    w.message(8, () => w.int(2, 21));
  });
}

/** A model with one initializer, written by hand. */
const withTensor = (body: (w: Writer) => void): Uint8Array =>
  withGraph((w) =>
    w.message(5, () => {
      w.string(8, "t");
      body(w);
    }),
  );

describe("encodeModel", () => {
  it("is undone by decodeModel", () => {
    for (const model of [add, scan, everything]) expect(decode(encodeModel(model))).toEqual(model);
  });

  it("gives the bytes that the format prescribes", () => {
    const tiny: OnnxModel = {
      ...modelOf({ name: "g", nodes: [node("Neg", ["x"], ["y"])], initializers: [], inputs: [], outputs: [] }),
    };
    const text = (s: string) => [s.length, ...new TextEncoder().encode(s)];
    const inner = [0x0a, ...text("x"), 0x12, ...text("y"), 0x1a, ...text("Neg_y"), 0x22, ...text("Neg")];
    const graph = [0x0a, inner.length, ...inner, 0x12, ...text("g")];
    const whole = [0x08, 10, 0x12, ...text("gen"), 0x1a, ...text("0.0.0"), 0x3a, graph.length, ...graph];
    expect([...encodeModel(tiny)]).toEqual([...whole, 0x42, 4, 0x0a, 0, 0x10, 21]);
  });

  it("gives the same bytes for the same model", () => {
    expect(encodeModel(everything)).toEqual(encodeModel(structuredClone(everything)));
  });

  it.each<[bigint, number[]]>([
    [0n, [0]],
    [127n, [127]],
    [128n, [0x80, 1]],
    [300n, [0xac, 2]],
    [2n ** 32n - 1n, [0xff, 0xff, 0xff, 0xff, 0x0f]],
    [2n ** 35n, [0x80, 0x80, 0x80, 0x80, 0x80, 1]],
    [2n ** 53n, [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]],
    [-1n, [...Array<number>(9).fill(0xff), 1]],
    [-(2n ** 63n), [...Array<number>(9).fill(0x80), 1]],
    [2n ** 63n - 1n, [...Array<number>(8).fill(0xff), 0x7f]],
  ])("writes the integer %d", (value, bytes) => {
    expect([...message((w) => w.int(1, value))]).toEqual([8, ...bytes]);
    if (value <= 2n ** 53n && value > -(2n ** 53n))
      expect([...message((w) => w.int(1, Number(value)))]).toEqual([8, ...bytes]);
    const attributes: Record<string, OnnxAttribute> = { a: { type: "int", value } };
    const model = modelOf({ ...add.graph, nodes: [node("Op", [], [], attributes)] });
    const { graph } = decode(encodeModel(model));
    expect(BigInt(graph.nodes[0]!.attributes["a"]!.value as number)).toBe(value);
  });

  it("nests messages longer than a byte can count", () => {
    const nested = (depth: number): Uint8Array => message((w) => nest(w, depth));
    const nest = (w: Writer, depth: number): void => {
      w.bytes(9, new Uint8Array(1500).fill(depth));
      if (depth > 0) w.message(1, () => nest(w, depth - 1));
    };
    let inner = nested(0);
    for (let depth = 1; depth < 5; depth++) {
      inner = message((w) => {
        w.bytes(9, new Uint8Array(1500).fill(depth));
        w.bytes(1, inner);
      });
    }
    expect(nested(4)).toEqual(inner);
  });
});

describe("decodeModel", () => {
  it.each<[DType, number, (w: Writer) => void, (number | bigint)[]]>([
    ["f32", 1, (w) => w.floats(4, [1, -2]), [1, -2]],
    ["u8", 2, (w) => w.ints(5, [0, 255]), [0, 255]],
    ["i32", 6, (w) => w.ints(5, [-1, 2 ** 31 - 1]), [-1, 2 ** 31 - 1]],
    ["i64", 7, (w) => w.ints(7, [-1, 2n ** 63n - 1n]), [-1n, 2n ** 63n - 1n]],
    ["bool", 9, (w) => w.ints(5, [1, 0]), [1, 0]],
    ["f16", 10, (w) => w.ints(5, [0x3c00, 0xfc00]), [0x3c00, 0xfc00]],
    ["f64", 11, (w) => w.bytes(10, new Uint8Array(Float64Array.of(0.1, -5).buffer)), [0.1, -5]],
    ["u32", 12, (w) => w.ints(11, [1, 2 ** 32 - 1]), [1, 2 ** 32 - 1]],
    ["u64", 13, (w) => w.ints(11, [1, 2n ** 64n - 1n]), [1n, 2n ** 64n - 1n]],
  ])("reads %s from its own field", (dtype, type, write, values) => {
    const bytes = withTensor((w) => {
      write(w); // before the type is known: the order of fields is free
      w.ints(1, [2]);
      w.int(2, type);
    });
    const { array } = decode(bytes).graph.initializers[0]!;
    expect(array.dtype).toBe(dtype);
    expect([...array.data]).toEqual(values);
  });

  it("reads repeated numbers that are not packed", () => {
    const bytes = withTensor((w) => {
      w.int(1, 1);
      w.int(1, 2);
      w.int(2, 1);
      w.float(4, 3);
      w.float(4, 4);
    });
    expect(decode(bytes).graph.initializers[0]!.array).toEqual({
      dtype: "f32",
      shape: [1, 2],
      data: Float32Array.of(3, 4),
    });
  });

  it("reads a Buffer of Node, wherever it lies in its pool", () => {
    const bytes = encodeModel(everything);
    for (let offset = 0; offset < 8; offset++) {
      const pool = Buffer.alloc(bytes.length + 8, 0x55);
      pool.set(bytes, offset);
      expect(decode(pool.subarray(offset, offset + bytes.length))).toEqual(everything);
    }
  });

  it("calls ONNX's own operators by one name", () => {
    const model = modelOf({ ...add.graph, nodes: [{ ...node("Neg", ["x"], ["y"]), domain: "ai.onnx" }] });
    expect(decode(encodeModel(model)).graph.nodes[0]!.domain).toBe("");
  });

  it("skips what it has no use for", () => {
    const bytes = withGraph((w) => {
      w.string(2, "g");
      w.message(13, () => w.string(1, "value_info"));
      w.float(99, 1);
      w.int(2 ** 29 - 1, 1);
    });
    expect(decode(bytes).graph.name).toBe("g");
  });

  it("does not let a name reach the prototype", () => {
    const { graph, metadata } = decode(encodeModel(everything));
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
    expect(Object.keys(metadata)).toContain("__proto__");
    expect(Object.keys(graph.nodes[0]!.attributes)).toContain("__proto__");
  });

  describe("external data", () => {
    const outside = (location: string, more: Record<string, string> = {}) =>
      withTensor((w) => {
        w.ints(1, [2]);
        w.int(2, 1);
        w.int(14, 1);
        for (const [key, value] of Object.entries({ location, ...more })) {
          w.message(13, () => {
            w.string(1, key);
            w.string(2, value);
          });
        }
      });

    it("is fetched by the caller", () => {
      const external = (...asked: [string, number, number]) => {
        expect(asked).toEqual(["data/w.bin", 4096, 8]);
        return new Uint8Array(Float32Array.of(5, 6).buffer);
      };
      const bytes = outside("data/w.bin", { offset: "4096", length: "8" });
      expect([...decodeModel(bytes, { file: "m.onnx", external }).graph.initializers[0]!.array.data]).toEqual([5, 6]);
      expect(failure(() => decode(bytes))).toMatch(/^file: m\.onnx: graph\.initializer\[0\]\.external_data: .*fix: /s);
    });

    it.each([
      "",
      "/etc/passwd",
      "../w",
      "a/../../w",
      "a/..",
      "C:\\w",
      "C:/w",
      "..\\w",
      "\\\\host\\w",
      "file:///w",
      "a\0b",
    ])("does not leave the folder: %j", (location) => {
      const external = () => expect.unreachable();
      const message = failure(() => decodeModel(outside(location), { file: "m.onnx", external }));
      expect(message).toMatch(/^format: m\.onnx: graph\.initializer\[0\]\.external_data: expected a path below/);
    });

    it.each([
      { offset: "-1" },
      { offset: "1e3" },
      { offset: "0x10" },
      { offset: "" },
      { offset: "9".repeat(20) },
      { length: "7" },
    ])("has a place that makes sense: %j", (more) => {
      const external = () => expect.unreachable();
      expect(failure(() => decodeModel(outside("w", more), { file: "m.onnx", external }))).toMatch(/^format: /);
    });

    it("is as long as it should be", () => {
      const external = () => new Uint8Array(7);
      expect(failure(() => decodeModel(outside("w"), { file: "m.onnx", external }))).toMatch(
        /expected 8 bytes .* got 7/,
      );
    });
  });

  it("refuses what it would misread, and says where", () => {
    const type = (w: Writer) => w.int(2, 1);
    const attribute = (body: (w: Writer) => void) =>
      withGraph((w) =>
        w.message(1, () => {
          w.string(4, "Op");
          w.message(5, () => {
            w.string(1, "a");
            body(w);
          });
        }),
      );
    const input = (body: (w: Writer) => void) =>
      withGraph((w) =>
        w.message(11, () => {
          w.string(1, "x");
          body(w);
        }),
      );
    const cases: Record<string, Uint8Array> = {
      empty: new Uint8Array(0),
      "older version": message((w) => w.int(1, 2)),
      "newer version": message((w) => w.int(1, 14)),
      "negative version": message((w) => w.int(1, -1)),
      "version as text": message((w) => w.string(1, "10")),
      "no graph": message((w) => w.int(1, 10)),
      "two graphs": message((w) => {
        w.bytes(7, new Uint8Array(0));
        w.bytes(7, new Uint8Array(0));
      }),
      "field number 0": Uint8Array.of(0x02, 0x00),
      "a group": Uint8Array.of(0x7b),
      "an endless integer": Uint8Array.of(0x08, ...Array<number>(12).fill(0xff)),
      "65 bits": Uint8Array.of(0x08, ...Array<number>(9).fill(0xff), 2),
      "a length past the end": Uint8Array.of(0x12, 0xff, 0xff, 0xff, 0xff, 0x0f),
      "a length of 2^63": Uint8Array.of(0x12, ...Array<number>(9).fill(0x80), 1),
      "broken UTF-8": message((w) => w.bytes(2, Uint8Array.of(0xc3, 0x28))),
      "no type": withTensor((w) => w.ints(1, [2])),
      "a foreign type": withTensor((w) => w.int(2, 16)),
      "an unknown type": withTensor((w) => w.int(2, 999)),
      "a negative extent": withTensor((w) => {
        type(w);
        w.ints(1, [-1]);
      }),
      "too few numbers": withTensor((w) => {
        type(w);
        w.ints(1, [3]);
        w.floats(4, [1, 2]);
      }),
      "an enormous shape": withTensor((w) => {
        type(w);
        w.ints(1, Array<number>(4).fill(2 ** 40));
      }),
      "an enormous shape of nothing": withTensor((w) => {
        type(w);
        w.ints(1, [...Array<number>(30).fill(2 ** 40), 0]);
      }),
      "too many axes": withTensor((w) => {
        type(w);
        w.ints(1, Array<number>(33).fill(1));
      }),
      "a number that does not fit": withTensor((w) => {
        w.int(2, 2);
        w.ints(1, [1]);
        w.ints(5, [256]);
      }),
      "a bool of 2": withTensor((w) => {
        w.int(2, 9);
        w.ints(1, [1]);
        w.bytes(9, Uint8Array.of(2));
      }),
      "half a float": withTensor((w) => w.bytes(4, new Uint8Array(3))),
      "a segment": withTensor((w) => w.message(3, () => undefined)),
      "a name twice": withGraph((w) => {
        for (const name of ["t", "t"]) {
          w.message(5, () => {
            w.string(8, name);
            w.ints(1, [0]);
            type(w);
          });
        }
      }),
      "a sparse tensor": withGraph((w) => w.message(15, () => undefined)),
      "a node without operator": withGraph((w) => w.message(1, () => undefined)),
      "an attribute without type": attribute((w) => w.int(3, 1)),
      "an attribute of tensors": attribute((w) => w.int(20, 9)),
      "an attribute without its graph": attribute((w) => w.int(20, 5)),
      "an attribute by reference": attribute((w) => w.string(21, "other")),
      "ints beyond 53 bits": attribute((w) => {
        w.ints(8, [2n ** 60n]);
        w.int(20, 7);
      }),
      "a value without type": input(() => undefined),
      "a sequence": input((w) => w.message(2, () => w.message(4, () => undefined))),
      "a value without shape": input((w) => w.message(2, () => w.message(1, () => w.int(1, 1)))),
      "a negative axis": input((w) =>
        w.message(2, () =>
          w.message(1, () => {
            w.int(1, 1);
            w.message(2, () => w.message(1, () => w.int(1, -5)));
          }),
        ),
      ),
      "a call of a function": message((w) => {
        w.int(1, 10);
        w.message(7, () => w.message(1, () => w.string(4, "Mine")));
        w.message(8, () => w.int(2, 21));
        w.message(25, () => w.string(1, "Mine"));
      }),
    };
    const messages = Object.entries(cases).map(([name, bytes]) => [name, failure(() => decode(bytes))]);
    for (const [, text] of messages) expect(text).toMatch(/^(format|version): m\.onnx: .*expected .*, got /);
    expect(Object.fromEntries(messages)).toMatchSnapshot();
  });

  it("bounds the depth of graphs within graphs", () => {
    const nest = (depth: number): OnnxAttribute => ({
      type: "graph",
      value: { ...add.graph, nodes: depth === 0 ? [] : [node("If", [], ["y"], { g: nest(depth - 1) })] },
    });
    const at = (depth: number) =>
      encodeModel(modelOf({ ...add.graph, nodes: [node("If", [], ["y"], { g: nest(depth) })] }));
    expect(failure(() => decode(at(20)))).toBe("no error");
    expect(failure(() => decode(at(60)))).toMatch(/at most 100 messages within each other/);
    let bytes = new Uint8Array(0);
    for (let i = 0; i < 2000; i++) bytes = Uint8Array.from(message((w) => w.bytes([6, 1, 5][i % 3]!, bytes)));
    expect(failure(() => decode(withGraph((w) => w.bytes(1, bytes))))).toMatch(/^format: /);
  });

  it("meets every cut and every changed byte with an error of ours, or with a model", () => {
    const small = modelOf({ ...scan.graph, docString: "d" });
    const bytes = encodeModel({ ...small, metadata: { a: "b" } });
    const complete = encodeModel(small).length;
    for (let length = 0; length < bytes.length; length++) {
      const text = failure(() => decode(bytes.subarray(0, length)));
      // Metadata comes last, so a cut before it leaves a model that is whole.
      expect(text, `cut at ${length}`).toMatch(length === complete ? /^no error$/ : /^format: m\.onnx: /);
    }
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 8, 128, 255]) {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        if (failure(() => decode(changed)) !== "no error") refused++;
      }
    }
    expect(refused).toBeGreaterThan(bytes.length / 2);
  });
});
