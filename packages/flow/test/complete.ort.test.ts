import { key, ndarray, normalDraws } from "@gen/core";
import { node } from "@gen/core/node";
import { expect, it } from "vitest";
import { complete, nsf } from "../src/index.js";
import { moved } from "./density-laws.js";

it("fills in rows on ONNX Runtime, and leaves what is known as it was", async () => {
  await using runtime = await node({ threads: 1 });
  const { flow, store } = await moved(runtime, nsf({ dim: 2, depth: 2, hidden: [8], bins: 4 }));
  const n = 100;
  const x = ndarray(
    normalDraws(key(1), 2 * n).map((v, i) => (i % 2 === 0 ? v : NaN)),
    [n, 2],
  );
  const mask = ndarray(
    Array.from({ length: 2 * n }, (_, i) => Number(i % 2 === 0)),
    [n, 2],
  );
  const { x: filled } = await runtime.run(complete(flow, { n, steps: 40 }), { store, key: key(2), feeds: { x, mask } });
  filled!.data.forEach((v, i) => {
    if (i % 2 === 0) expect(v).toBe(x.data[i]);
    else expect(Number.isFinite(Number(v))).toBe(true);
  });
});
