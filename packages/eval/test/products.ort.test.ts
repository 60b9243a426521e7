import { key } from "@gen/core";
import { node } from "@gen/core/node";
import { expect, it } from "vitest";
import { inLoops, manifold, onRuntime } from "../src/index.js";
import { gather } from "../src/points.js";
import { normals } from "./draws.js";

it("products on a runtime are those of plain loops", async () => {
  const runtime = await node({ threads: 1 });
  const need = { where: "test", least: 1, key: key(0) };
  const a = await gather(normals(1, [233, 11]), need);
  const b = await gather(normals(2, [5003, 11]), need); // more than one tile, and a more than one block
  const [found, wanted] = [await (await onRuntime(runtime)(b)).of(a), await (await inLoops(b)).of(a)];
  expect(found).toHaveLength(233 * 5003);
  for (let i = 0; i < found.length; i += 37) expect(found[i]).toBeCloseTo(wanted[i]!, 12);
  const sets = [normals(1, [300, 4]), normals(2, [260, 4])] as const;
  expect(await manifold(...sets, { multiply: onRuntime(runtime) })).toEqual(await manifold(...sets));
  await runtime.close();
});
