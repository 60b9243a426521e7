import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Chain, codecOf, Dequantise, fitTable, Logit, type Codec, type Noise, type Table } from "../../src/codec.js";
import {
  full,
  inference,
  key,
  keyFromSeed,
  ndarray,
  traceScope,
  type ExportFile,
  type NdArray,
  type Runtime,
  type Tensor,
} from "../../src/index.js";
import { exportFolder, node, openFolder, openSession } from "../../src/node.js";
import { COLUMNS, table, thereAndBack, WIDTH } from "./rows.js";

let runtime: Runtime;
let folder: string;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "codec-"));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const numbers = ({ data }: NdArray): number[] => Array.from(data as Float32Array, Number);

/** Noise at one place: the ends of (0, 1) are what rounding may carry over. */
const at = (place: number): Noise => ({
  draw: (x) => ({ u: full(x.shape, place, x.dtype), logProb: full([x.shape[0]!], 0, x.dtype) }),
});

describe("in f32", () => {
  const shape = [1, 16, 16];
  const levels = ndarray(
    Uint8Array.from({ length: 256 }, (_, i) => i),
    [1, ...shape],
    "u8",
  );
  const places = [2 ** -24, 0.25, 0.5, 0.75, 1 - 2 ** -24];

  it.each(places)("every level comes back through a logit, with noise %f", async (place) => {
    for (const lambda of [1e-6, 0.05]) {
      const codec = new Chain([new Dequantise({ shape, noise: at(place) }), new Logit({ shape, lambda })]);
      const store = await runtime.init({ codec }, { key: key(0) });
      const { back } = await runtime.run(thereAndBack(codec, levels), { store, feeds: { x: levels } });
      expect(numbers(back!)).toEqual(numbers(levels).map((v) => Math.fround(v / 255)));
    }
  });

  it("every whole number, decimal and category of 20,000 rows comes back to the bit", async () => {
    const { data, x, mask } = table(20_000);
    for (const categories of ["onehot", "index"] as const) {
      const codec = await fitTable(data, { columns: COLUMNS, categories });
      const store = await runtime.init({ codec }, { key: key(0) });
      const { back } = await runtime.run(thereAndBack(codec, x, { mask }), { store, feeds: { x, mask }, key: key(4) });
      let wrong = 0;
      numbers(back!).forEach((value, i) => {
        const column = codec.columns[i % WIDTH]!;
        const wanted = Number(x.data[i]);
        const isExact = column.kind !== "real" || column.rounding > 0;
        if (mask.data[i] === 0) wrong += Number.isNaN(value) ? 0 : 1;
        else if (isExact) wrong += value === wanted ? 0 : 1;
        else wrong += Math.abs(value - wanted) <= 1e-6 * (1 + Math.abs(wanted)) ? 0 : 1;
      });
      expect(wrong).toBe(0);
    }
  });
});

/** The files of a model that is a codec and the density N(0, 1) of each number of y. */
function filesOf(codec: Table): Readonly<Record<string, ExportFile>> {
  const { x, logProb } = codec.describe();
  const rows = { n: { from: "dim", input: "x", axis: 0 } } as const;
  const example = table(8, 5);
  const gappy = ndarray(
    Float32Array.from(example.x.data as Float32Array, (v, i) => (example.mask.data[i] === 0 ? NaN : v)),
    example.x.shape,
  );
  const some = (n: number): NdArray => ndarray(gappy.data.slice(0, n * WIDTH), [n, WIDTH]);
  return {
    encode: {
      purpose: "rows as the model sees them",
      trace: ({ n }) =>
        inference({ codec }, { x: [n!, WIDTH] }, (batch, scope) => ({
          y: codec.encode(batch.x, scope, { dequantise: "middle" }).y,
        })),
      symbols: rows,
      describe: { x, y: "real numbers" },
      example: ({ n }) => ({ x: some(n!) }),
    },
    decode: {
      purpose: "rows in the user's units",
      trace: ({ n }) => inference({ codec }, { y: [n!, ...codec.output] }, (batch) => ({ x: codec.decode(batch.y) })),
      symbols: { n: { from: "dim", input: "y", axis: 0 } },
      describe: { x, y: "real numbers" },
      example: ({ n }) => ({
        y: ndarray(
          Float32Array.from({ length: n! * codec.output[0]! }, (_, i) => (i % 7) - 3.3),
          [n!, ...codec.output],
        ),
      }),
    },
    logprob: {
      purpose: "log p of rows",
      trace: ({ n }) =>
        inference(
          { codec },
          { x: [n!, WIDTH], seed: { shape: [], dtype: "i64" } },
          (batch: Readonly<Record<string, Tensor>>) => {
            const scope = traceScope("eval", keyFromSeed(batch["seed"]!.cast("u64")));
            const { y, logDet } = codec.encode(batch["x"]!, scope);
            return { logprob: y.square().mul(-0.5).sum(1).add(logDet) };
          },
        ),
      symbols: rows,
      describe: { x, seed: "of the noise", logprob: logProb },
      example: ({ n }) => ({ x: some(n!), seed: ndarray([7n], [], "i64") }),
    },
  };
}

describe.each(["indicator", "mask"] as const)("exported with gaps as %s", (gaps) => {
  let codec: Table;
  beforeAll(async () => {
    codec = await fitTable(table(500).data, { columns: COLUMNS, gaps });
    const store = await runtime.init({ codec }, { key: key(0) });
    const request = { family: "test", name: "codec", files: filesOf(codec), codec: codec.describe().spec };
    await exportFolder(join(folder, gaps), request, { runtime, store });
  });

  it("takes and gives the user's units, without code of ours", async () => {
    const [encode, decode] = await Promise.all(
      ["encode", "decode"].map(async (stem) =>
        openSession(await readFile(join(folder, gaps, `${stem}.onnx`)), { file: stem }),
      ),
    );
    const { x, mask } = table(60, 9);
    const rows = ndarray(
      Float32Array.from(x.data as Float32Array, (v, i) => (mask.data[i] === 0 ? NaN : v)),
      x.shape,
    );
    const { y } = await encode!.run({ x: rows });
    const { x: back } = await decode!.run({ y: y! });
    numbers(back!).forEach((value, i) => {
      const wanted = Number(rows.data[i]);
      if (Number.isNaN(wanted)) expect(Number.isNaN(value)).toBe(gaps === "indicator");
      else expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(wanted)));
    });
    await Promise.all([encode!.close(), decode!.close()]);
  });

  it("is rebuilt from the card of the folder", async () => {
    const { card } = await openFolder(join(folder, gaps));
    const again: Codec = codecOf(card.codec);
    expect(again.describe()).toEqual(codec.describe());
    expect(card.files["decode.onnx"]!.outputs[0]!.description).toContain("colour (one of 3: 0 = red");
    expect(card.parity.every(({ maxRelative }) => maxRelative < 1e-5)).toBe(true);
  });
});
