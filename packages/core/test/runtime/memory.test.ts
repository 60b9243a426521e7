import { describe, expect, it } from "vitest";
import { fit, key, ndarray } from "../../src/index.js";
import { referenceBackend } from "../../src/runtime/reference.js";
import { collect, counted, Work, type Books } from "./memory.js";

/** Work on the reference, whose books are kept. */
function start(): { work: Work; books: Books } {
  const { backend, books } = counted(referenceBackend());
  return { work: new Work(backend), books };
}

describe("memory", () => {
  it("does not grow with fits, samples and loads", async () => {
    const { work, books } = start();
    const store = await work.init();
    await work.round(store, 0, 3);
    const [bytes, kernels] = [books.bytes(), books.kernels()];
    expect(bytes).toBeGreaterThan(0);
    for (let n = 1; n < 15; n++) await work.round(store, n, 3);
    expect([books.bytes(), books.kernels()]).toEqual([bytes, kernels]);
    store.dispose();
    expect(books.bytes()).toBe(0);
  });

  it("does not keep the programs of K steps that a fit made, however the fit ends", async () => {
    const { backend, books } = counted({ ...referenceBackend(), loopsInside: true });
    const work = new Work(backend);
    const store = await work.init();
    await work.round(store, 0, 12);
    expect(books.most()).toBeGreaterThan(2);
    expect(books.kernels()).toBe(1); // the sampler
    for await (const { n } of fit(work.step, {
      runtime: work.runtime,
      store,
      data: work.data,
      steps: 100,
      key: key(1),
    })) {
      if (n === 9) break;
    }
    expect(books.kernels()).toBe(1);
  });

  it("is given back when a run is discarded, and when one fails", async () => {
    const { work, books } = start();
    const store = await work.init();
    await work.round(store, 0, 1);
    const bytes = books.bytes();
    const feeds = { x: ndarray(new Float32Array(12), [4, 3]) };
    (await work.runtime.start(work.step, { store, feeds, key: key(1) })).discard();
    await expect(work.runtime.run(work.step, { store, feeds: {}, key: key(1) })).rejects.toThrow('a feed "x"');
    expect(books.bytes()).toBe(bytes);
  });

  it("of a forgotten store, and of a forgotten program, is collected", async () => {
    const { work, books } = start();
    for (let n = 0; n < 5; n++) await work.init();
    const forget = async (): Promise<void> => {
      const store = await work.init();
      const own = new Work(referenceBackend()); // a program that only this function holds
      await work.runtime.run(own.sample, { store, key: key(3) });
    };
    await forget();
    expect(books.bytes()).toBeGreaterThan(0);
    expect(books.kernels()).toBe(1);
    await expect
      .poll(async () => {
        await collect();
        return [books.bytes(), books.kernels()];
      })
      .toEqual([0, 0]);
  });
});

describe("a store", () => {
  it("is released early by `using` and by dispose, a second time without effect", async () => {
    const { work, books } = start();
    {
      using store = await work.init();
      expect(store.names()).toEqual(["line.weight", "line.bias"]);
      expect(books.bytes()).toBe(32);
    }
    expect(books.bytes()).toBe(0);
    const store = await work.init();
    const other = await work.init();
    store.dispose();
    store.dispose();
    expect(books.bytes()).toBe(32);
    expect((await other.read("line.bias")).shape).toEqual([2]);
  });

  it("says so when it is used after its end, and keeps nothing that a run leaves behind", async () => {
    const { work, books } = start();
    const store = await work.init();
    const pending = await work.runtime.start(work.step, {
      store,
      feeds: { x: ndarray(new Float32Array(12), [4, 3]) },
      key: key(1),
    });
    store.dispose();
    const disposed = { code: "graph", message: expect.stringContaining("got one that was disposed of") as string };
    expect(() => pending.commit()).toThrow("got one that was disposed of");
    expect(books.bytes()).toBe(0);
    await expect(store.read("line.weight")).rejects.toMatchObject(disposed);
    await expect(store.write("line.weight", ndarray(new Float32Array(6), [3, 2]))).rejects.toMatchObject(disposed);
    await expect(work.runtime.run(work.sample, { store, key: key(1) })).rejects.toMatchObject(disposed);
    expect(books.bytes()).toBe(0);
    expect(store.names()).toEqual([]);
  });
});
