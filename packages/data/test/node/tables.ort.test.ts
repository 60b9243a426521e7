import { existsSync } from "node:fs";
import { join } from "node:path";
import { inference, key } from "@gen/core";
import { fitTable, type NumberColumn } from "@gen/core/codec";
import { node } from "@gen/core/node";
import { expect, it } from "vitest";
import { openTable } from "../../src/node/tables.js";

const { GEN_DATA_DIR } = process.env;

it.for([
  ["houses", 0.12],
  ["wine-quality", 0.03],
] as const)(
  "every number of %s comes back in f32, for less than %f nats a row of its bound",
  async ([name, cost], { skip }) => {
    const isThere = GEN_DATA_DIR !== undefined && existsSync(join(GEN_DATA_DIR, "tabular"));
    if (!isThere) skip("GEN_DATA_DIR has no tabular");
    const { train } = await openTable(name);
    const codec = await fitTable(train, { columns: train.columns });
    const x = (await train.rows([...Array(train.length).keys()]))["x"]!;
    const runtime = await node({ threads: 1 });
    const store = await runtime.init({ codec }, { key: key(0) });
    const program = inference({ codec }, { x: x.shape }, (batch, scope) => {
      const { y, logDet } = codec.encode(batch.x, scope);
      return { logDet, back: codec.decode(y) };
    });
    const { back, logDet } = await runtime.run(program, { store, feeds: { x }, key: key(3) });
    await runtime.close();
    const columns = codec.columns as readonly NumberColumn[];
    const wrong = columns.map(() => 0);
    back!.data.forEach((value: number | bigint, i: number) => {
      const [wanted, column] = [Number(x.data[i]), i % columns.length];
      const error = Math.abs(Number(value) - wanted);
      if (!(error <= (columns[column]!.rounding > 0 ? 0 : 1e-6 * (1 + Math.abs(wanted))))) wrong[column]!++;
    });
    expect(wrong).toEqual(columns.map(() => 0));
    // What staying away from the ends of a level costs: the density of even noise without it.
    const even = columns.reduce((sum, { std }) => sum - Math.log(std), 0);
    const mean = (logDet!.data as Float32Array).reduce((sum, v) => sum + v, 0) / train.length;
    expect(even - mean).toBeLessThan(cost);
    expect(even - mean).toBeGreaterThan(0);
  },
);
