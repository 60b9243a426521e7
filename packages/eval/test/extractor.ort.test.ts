import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { key, ndarray, uniformDraws, zeros, type NdArray } from "@gen/core";
import { exportFolder, node, readBytes } from "@gen/core/node";
import { encodeModel, type OnnxModel } from "@gen/core/onnx";
import { glyphs, mnist } from "@gen/data/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  classifierFiles,
  extract,
  extractAll,
  extractor,
  featuresOf,
  PictureClassifier,
  rowsOf,
} from "../src/index.js";
import { builtInFolder, openExtractor, type BuiltIn } from "../src/node.js";
import { streamed } from "./draws.js";

/** Share of rows, of the first `n` in steps of `stride`, that the logits name right. */
async function accuracy(set: BuiltIn, data: Awaited<ReturnType<typeof mnist>>, n: number): Promise<number> {
  const by = await openExtractor(builtInFolder(set));
  const stride = Math.floor(data.length / n);
  const { x, label } = await data.rows(Array.from({ length: n }, (_, i) => i * stride));
  let right = 0;
  let at = 0;
  for await (const { features, logits } of extract(by, x!)) {
    expect(features.shape[1]).toBe(64);
    const width = logits!.shape[1]!;
    for (let i = 0; i < logits!.shape[0]!; i++, at++) {
      const row = (logits!.data as Float32Array).subarray(i * width, (i + 1) * width);
      if (row.indexOf(Math.max(...row)) === Number(label!.data[at])) right++;
    }
  }
  expect(by.classes).toEqual(data.classes);
  await by.close();
  return right / n;
}

describe("the extractors of this package", () => {
  it("know letters and digits of typefaces that they never saw", async () => {
    expect(await accuracy("glyphs", glyphs({ split: "test" }), 1000)).toBeGreaterThan(0.8);
  });

  it("know handwritten digits", async ({ skip }) => {
    skip(process.env["GEN_DATA_DIR"] === undefined, "GEN_DATA_DIR is not set");
    expect(await accuracy("mnist", await mnist({ split: "test" }), 2000)).toBeGreaterThan(0.98);
  });

  it("refuse pictures of another shape", async () => {
    const by = await openExtractor(builtInFolder("glyphs"));
    await expect(by.extract(ndarray(new Uint8Array(16), [1, 1, 4, 4], "u8"))).rejects.toThrow(
      "glyphs classifier: expected samples of shape [1, 28, 28], got [1, 4, 4]",
    );
    await by.close();
  });
});

describe("an extractor of one's own", () => {
  const model = new PictureClassifier({ shape: [1, 6, 6], classes: 3, features: 5, channels: [4] });
  let place: string;
  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), "gen-eval-"));
    const runtime = await node({ threads: 1 });
    const store = await runtime.init(model, { key: key(0) });
    const request = {
      family: "classifier",
      name: "mine",
      files: classifierFiles(model),
      recipe: { classes: ["a", "b", "c"] },
    };
    await exportFolder(join(place, "mine"), request, { runtime, store });
    writeFileSync(join(place, "plain.onnx"), await readBytes(join(place, "mine", "features.onnx")));
    await runtime.close();
  });
  afterAll(() => rmSync(place, { recursive: true }));

  const x = ndarray(uniformDraws(key(1), 7 * 36), [7, 1, 6, 6]);
  const all = async (parts: AsyncIterable<NdArray>): Promise<number[]> => {
    const numbers: number[] = [];
    for await (const { data } of parts) numbers.push(...Array.from(data, Number));
    return numbers;
  };

  it("is a folder or a file, and gives the same for any chunks", async () => {
    const folder = await openExtractor(join(place, "mine"));
    const file = await openExtractor(join(place, "plain.onnx"));
    const features = await all(featuresOf(folder, x));
    expect(features).toHaveLength(35);
    (await all(featuresOf(file, streamed(x, 2)))).forEach((value, i) => expect(value).toBeCloseTo(features[i]!, 6));
    expect((await file.extract(x)).logits!.shape).toEqual([7, 3]);
    expect(folder.classes).toEqual(["a", "b", "c"]);
    await folder.close();
    await file.close();
  });

  it("takes bytes as intensities", async () => {
    const by = await openExtractor(join(place, "mine"));
    const bytes = ndarray(
      Uint8Array.from(x.data, (value) => Math.round(value * 255)),
      x.shape,
      "u8",
    );
    const reals = ndarray(
      Float32Array.from(bytes.data, (value) => value / 255),
      x.shape,
    );
    expect((await by.extract(bytes)).features.data).toEqual((await by.extract(reals)).features.data);
    await by.close();
  });

  it("must have the outputs that are asked for, and be there", async () => {
    const by = await openExtractor(join(place, "plain.onnx"), { features: "codes" });
    await expect(by.extract(x)).rejects.toThrow('plain.onnx: expected an output "codes", got features, logits');
    await by.close();
    await expect(openExtractor(join(place, "none"))).rejects.toThrow("card.json: it is not there");
    const plain = await openExtractor(join(place, "plain.onnx"));
    await expect(plain.extract(zeros([2, 1, 5, 6]))).rejects.toThrow(
      "plain.onnx: expected samples of shape [1, 6, 6], got [1, 5, 6]",
    );
    await plain.close();
    writeFileSync(join(place, "bad.onnx"), "no model");
    await expect(openExtractor(join(place, "bad.onnx"))).rejects.toThrow("bad.onnx: expected an ONNX model");
  });
});

interface Foreign {
  readonly batch?: number | string;
  readonly more?: readonly string[];
}

describe("an ONNX file of somebody else", () => {
  let place: string;
  /** Rows of two numbers, called "rows", whose sums are called "embedding"; and what else it takes. */
  const foreign = (name: string, { batch = "n", more = [] }: Foreign = {}): string => {
    const value = (port: string, shape: (number | string)[]) => ({ name: port, dtype: "f32", shape }) as const;
    const model: OnnxModel = {
      irVersion: 10,
      opsets: [{ domain: "", version: 21 }],
      producerName: "somebody",
      producerVersion: "",
      metadata: {},
      graph: {
        name: "sums",
        nodes: [
          {
            op: "Add",
            domain: "",
            name: "add",
            inputs: ["rows", more[0] ?? "rows"],
            outputs: ["embedding"],
            attributes: {},
          },
        ],
        initializers: [],
        inputs: ["rows", ...more].map((port) => value(port, [batch, 2])),
        outputs: [value("embedding", [batch, 2])],
      },
    };
    writeFileSync(join(place, name), encodeModel(model));
    return join(place, name);
  };
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), "gen-eval-"));
  });
  afterAll(() => rmSync(place, { recursive: true }));

  it("is asked for what it calls its input and its first output", async () => {
    const by = await openExtractor(foreign("sums.onnx"));
    const { features } = await by.extract(ndarray([1, 2, 3, 4], [2, 2]));
    expect(Array.from(features.data, Number)).toEqual([2, 4, 6, 8]);
    await by.close();
  });

  it("must take samples alone, and any number of them", async () => {
    await expect(openExtractor(foreign("two.onnx", { more: ["scale"] }))).rejects.toThrow(
      "two.onnx: expected a feature extractor with one input, the samples, got rows, scale",
    );
    await expect(openExtractor(foreign("one.onnx", { batch: 1 }))).rejects.toThrow(
      "one.onnx: expected a feature extractor with any number of samples a run, got 1 only",
    );
  });
});

it("rowsOf reads a field that is there", async () => {
  await expect(rowsOf(glyphs(), "y").next()).rejects.toThrow('expected a field "y", got x, label');
});

it("a classifier refuses what is no picture, and fewer than two classes", () => {
  expect(() => new PictureClassifier({ shape: [28, 28], classes: 10 })).toThrow("expected pictures [C, H, W]");
  expect(() => new PictureClassifier({ shape: [1, 28, 28], classes: 1 })).toThrow("expected at least 2 classes, got 1");
});

describe("all that an extractor sees", () => {
  const sums = extractor({
    name: "sums",
    logits: "logits",
    session: {
      run: ({ x }) => {
        const [n, width] = x!.shape as [number, number];
        const of = (k: number): number[] =>
          Array.from({ length: n }, (_, i) => Number(x!.data[i * width]) * k + Number(x!.data[i * width + 1]));
        return Promise.resolve({ features: ndarray(of(1), [n, 1]), logits: ndarray(of(2), [n, 1]) });
      },
    },
  });

  it("is what it sees of each chunk, in order", async () => {
    const rows = 1201;
    const x = ndarray(
      Array.from({ length: 2 * rows }, (_, i) => i),
      [rows, 2],
    );
    const { features, logits } = await extractAll(sums, x);
    expect(features.shape).toEqual([rows, 1]);
    expect(Array.from(features.data, Number)).toEqual(Array.from({ length: rows }, (_, i) => 4 * i + 1));
    expect(Array.from(logits!.data, Number)).toEqual(Array.from({ length: rows }, (_, i) => 6 * i + 1));
  });

  it("is nothing without samples", async () => {
    await expect(extractAll(sums, [])).rejects.toThrow("sums: expected samples, got none");
  });
});
