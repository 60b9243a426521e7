import { expect, it } from "vitest";
import { arrays, evaluate, inference, ndarray, reference, type Program } from "../../src/index.js";

const doubled = (n: number): Program => inference({}, { x: [n] }, ({ x }) => ({ twice: x.mul(2) }));
const rows = arrays({ x: ndarray([1, 2, 3, 4, 10], [5]) });

it.each([1, 2, 3, 5, 7])("is the mean over exactly the rows there are, in batches of %i", async (n) => {
  const runtime = reference();
  const { twice } = await evaluate(doubled(n), rows, { runtime, store: runtime.emptyStore() });
  expect(twice).toEqual({ mean: 8, count: 5, standardError: expect.closeTo(Math.sqrt(50 / 5), 10) as number });
});

it("refuses outputs that are not one number a row, and empty sets", async () => {
  const runtime = reference();
  const store = runtime.emptyStore();
  const total = inference({}, { x: [2] }, ({ x }) => ({ total: x.sum() }));
  await expect(evaluate(total, rows, { runtime, store })).rejects.toMatchObject({ code: "shape" });
  await expect(evaluate(doubled(2), arrays({ x: ndarray([], [0]) }), { runtime, store })).rejects.toMatchObject({
    code: "data",
  });
});
