import { expect, it } from "vitest";
import { nodeBackend } from "../../src/node.js";
import { collect, counted, Work } from "./memory.js";

it("holds as much after 1,000 fits, samples and loads as after one, in ONNX Runtime and in the process", async () => {
  const { backend, books } = counted(await nodeBackend({ threads: 1 }));
  const work = new Work(backend);
  const store = await work.init();
  await work.round(store, 0, 1);
  const alive = [books.bytes(), books.kernels()];
  const resident: number[] = [];
  for (let n = 1; n <= 1000; n++) {
    await work.round(store, n, 1);
    if (n % 250 === 0) {
      await collect();
      resident.push(process.memoryUsage().rss);
    }
  }
  expect([books.bytes(), books.kernels()]).toEqual(alive);
  expect(resident.at(-1)! - resident[0]!).toBeLessThan(24 * 2 ** 20); // 1 MB would be 1.4 kB a round
  await work.runtime.close();
});
