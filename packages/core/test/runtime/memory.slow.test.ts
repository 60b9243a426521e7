import { expect, it } from "vitest";
import { referenceBackend } from "../../src/runtime/reference.js";
import { collect, counted, Work } from "./memory.js";

it("holds as much after 1,000 fits, samples and loads as after one, on the device and in the heap", async () => {
  const { backend, books } = counted(referenceBackend());
  const work = new Work(backend);
  const store = await work.init();
  await work.round(store, 0, 2);
  const alive = [books.bytes(), books.kernels()];
  const heaps: number[] = [];
  for (let n = 1; n <= 1000; n++) {
    await work.round(store, n, 2);
    if (n % 500 === 0) {
      await collect();
      heaps.push(process.memoryUsage().heapUsed);
    }
  }
  expect([books.bytes(), books.kernels()]).toEqual(alive);
  expect(heaps[1]! - heaps[0]!).toBeLessThan(2 * 2 ** 20);
});
