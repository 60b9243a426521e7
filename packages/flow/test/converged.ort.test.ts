/** @file Files of a flow whose adaptive solver does not arrive: NaN in those rows, and nothing that looks like a result. */
import { arrays, key, ndarray, type NdArray, type Runtime } from "@gen/core";
import { fitTable } from "@gen/core/codec";
import { node, openSession } from "@gen/core/node";
import { exportFiles } from "@gen/core/onnx";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cnf, exportedFiles, type Flow } from "../src/index.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await node({ threads: 1 });
});
afterAll(async () => runtime.close());

const hidden = [4];

/** What files give, by ONNX Runtime alone; `swell` multiplies the weights of the field. */
async function results(
  flow: Flow,
  inputs: Readonly<Record<string, Readonly<Record<string, NdArray>>>>,
  swell = 1,
): Promise<number[][]> {
  using store = await runtime.init(flow, { key: key(1) });
  for (const name of store.names().filter((path) => path.endsWith("weight"))) {
    const { data, shape } = await store.read(name);
    await store.write(
      name,
      ndarray(
        Array.from(data, Number).map((v) => swell * v),
        shape,
      ),
    );
  }
  const every = Object.entries(exportedFiles(flow)).filter(([name]) => name in inputs);
  const request = { family: "flow", name: "lost", files: Object.fromEntries(every) };
  const files = await exportFiles(request, { runtime, store }, []);
  return await Promise.all(
    Object.entries(inputs).map(async ([name, given]) => {
      const session = await openSession(files.get(`${name}.onnx`)!, { file: name });
      const outputs = await session.run(given);
      await session.close();
      return Array.from(Object.values(outputs)[0]!.data, Number);
    }),
  );
}

it("gives NaN for codes, log p(x) and rows, and no category", async () => {
  const columns = [
    { name: "colour", kind: "categorical", categories: ["red", "green", "blue"] },
    { name: "rooms", kind: "integer" },
  ] as const;
  const x = ndarray([0, 3, 1, 5, 2, 4, 1, 2], [4, 2]);
  const codec = await fitTable(arrays({ x }), { columns });
  const flow = cnf({ dim: codec.output[0]!, hidden, adaptive: { maxSteps: 1 }, codec });
  const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");
  const found = await results(flow, {
    encode: { x },
    logprob: { x, seed: whole(1) },
    decode: { z: ndarray(new Float32Array(16), [4, 4]) },
  });
  for (const each of found) expect(each).toEqual(each.map(() => NaN));
});

it("leaves the other rows alone", async () => {
  const x = ndarray([0.4, -0.7, 400, -900], [2, 2]);
  const of = async (maxSteps: number): Promise<number[]> => {
    const flow = cnf({ dim: 2, hidden, adaptive: { maxSteps } });
    return (await results(flow, { logprob: { x } }, 30))[0]!;
  };
  const [near, far] = await of(100);
  expect([near, far].every(Number.isFinite)).toBe(true);
  expect(await of(4)).toEqual([NaN, far]); // far away nothing changes along the way
});
