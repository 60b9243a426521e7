import { describe, expect, it } from "vitest";
import {
  fit,
  inference,
  isGenError,
  key,
  ndarray,
  reference,
  type Dataset,
  type FitOptions,
  type Program,
  type Report,
  type Store,
} from "../../src/index.js";
import { SIZE, toyBatches, toyModel, toyRows, toyStep } from "./toy.js";

interface Setup {
  readonly step: Program;
  readonly options: Omit<FitOptions, "steps">;
  readonly model: ReturnType<typeof toyModel>;
  readonly store: Store;
}

async function setup(options: Parameters<typeof toyStep>[1] = {}): Promise<Setup> {
  const model = toyModel();
  const runtime = reference();
  const store = await runtime.init(model, { key: key(0) });
  return { step: toyStep(model, options), model, store, options: { runtime, store, data: toyBatches(), key: key(2) } };
}

async function collect(reports: AsyncIterable<Report>): Promise<Report[]> {
  const all: Report[] = [];
  for await (const report of reports) all.push(report);
  return all;
}

async function failure(reports: AsyncIterable<Report>): Promise<unknown> {
  return collect(reports).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("fit", () => {
  it("learns a line, and reports each step once and in order", async () => {
    const { step, options, store } = await setup();
    const reports = await collect(fit(step, { ...options, steps: 150 }));
    expect(reports.map(({ n }) => n)).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
    expect(reports.at(-1)!.loss).toBeLessThan(0.02 * reports[0]!.loss);
    const { data } = await store.read("line.weight");
    expect(Number(data[0])).toBeCloseTo(2, 0);
    expect(Number(data[1])).toBeCloseTo(-1, 0);
  });

  it("goes on where it was stopped, bit for bit", async () => {
    const whole = await setup({ noisy: true });
    await collect(fit(whole.step, { ...whole.options, steps: 12 }));
    const parts = await setup({ noisy: true });
    await collect(fit(parts.step, { ...parts.options, steps: 5 }));
    await collect(fit(parts.step, { ...parts.options, steps: 12, from: 5 }));
    for (const name of whole.store.names()) expect(await parts.store.read(name)).toEqual(await whole.store.read(name));
  });

  it("does not go on without the moments of the steps before", async () => {
    const { step, options } = await setup();
    await collect(fit(step, { ...options, steps: 5 }));
    options.store.delete("optimizer.m.$joined.0");
    expect(await failure(fit(step, { ...options, steps: 12, from: 5 }))).toMatchObject({
      code: "graph",
      message: expect.stringContaining('"optimizer.m.$joined.0" after 5 steps') as string,
    });
  });

  it("stops when the signal says so, with a settled store", async () => {
    const { step, options } = await setup();
    const stop = new AbortController();
    const reports: Report[] = [];
    const error: unknown = await (async () => {
      for await (const report of fit(step, { ...options, steps: 100, signal: stop.signal })) {
        reports.push(report);
        if (report.n === 7) stop.abort();
      }
    })().catch((e: unknown) => e);
    expect(reports).toHaveLength(7);
    expect(error).toMatchObject({ code: "aborted", message: expect.stringContaining("after step 7") as string });
  });

  it("refuses rows that are not finite, naming field and batch", async () => {
    const { step, options } = await setup();
    const data = toyBatches(toyRows((x) => (x[4] = NaN)));
    expect(await failure(fit(step, { ...options, data, steps: 10 }))).toMatchObject({
      code: "data",
      message: expect.stringMatching(/NaN in "x", row \d of batch \d/) as string,
    });
  });

  it("names the step and the tensor when the loss stops being finite, and leaves the store as it was", async () => {
    const { step, options, store } = await setup();
    await store.write("line.bias", { dtype: "f64", shape: [1], data: Float64Array.of(NaN) });
    const before = await store.readAll();
    const error = await failure(fit(step, { ...options, steps: 3 }));
    expect(error).toMatchObject({ code: "numeric", message: expect.stringContaining('"loss" at step 1') as string });
    expect((error as Error).message).toContain("more)");
    for (const [name, array] of Object.entries(before)) expect(await store.read(name)).toEqual(array);
  });

  it("refuses batches that do not fit the step", async () => {
    const { step, options } = await setup();
    const { data } = options;
    const wrong = { ...data, fields: { ...data.fields, x: { dtype: "f32", shape: [4] } } } as const;
    expect(await failure(fit(step, { ...options, data: wrong, steps: 1 }))).toMatchObject({
      code: "shape",
      message: expect.stringContaining('"x" f32[8, 3], got f32[8, 4]') as string,
    });
    const { x } = data.fields;
    expect(await failure(fit(step, { ...options, data: { ...data, fields: { x: x! } }, steps: 1 }))).toMatchObject({
      code: "data",
    });
  });

  it("leaves out what the step does not take", async () => {
    const {
      options: { data: unlabelled },
    } = await setup();
    const rows = toyRows();
    const labelled: Dataset = {
      ...rows,
      fields: { ...rows.fields, label: { dtype: "i32", shape: [] } },
      rows: async (indices) => ({ ...(await rows.rows(indices)), label: ndarray(indices, [indices.length], "i32") }),
    };
    const [plain, more] = await Promise.all(
      [unlabelled, toyBatches(labelled)].map(async (data) => {
        const { step, options } = await setup();
        return collect(fit(step, { ...options, data, steps: 3 }));
      }),
    );
    expect(more!.map(({ loss }) => loss)).toEqual(plain!.map(({ loss }) => loss));
  });

  it("asks for a key when the step draws", async () => {
    const { step, options } = await setup({ noisy: true });
    const { runtime, store, data } = options;
    expect(isGenError(await failure(fit(step, { runtime, store, data, steps: 1 })))).toBe(true);
  });
});

describe("validation", () => {
  const squares = ({ line }: ReturnType<typeof toyModel>): Program =>
    inference({ line }, { x: [SIZE, 3], y: [SIZE, 1] }, ({ x, y }) => ({
      error: line.forward(x).sub(y).square().sum(1),
    }));

  it("measures when asked and at the end, and keeps the best", async () => {
    const { step, options, model, store } = await setup();
    const validate = { program: squares(model), data: toyRows(), every: 20, keepBest: true };
    const reports = await collect(fit(step, { ...options, steps: 50, validate }));
    expect(reports.filter(({ validation }) => validation).map(({ n }) => n)).toEqual([20, 40, 50]);
    expect(reports.at(-1)!.validation).toMatchObject({ isBest: true, metrics: { error: { count: 40 } } });
    expect(await store.read("best.line.weight")).toEqual(await store.read("line.weight"));
  });

  it("keeps the best by the metric that is named", async () => {
    const { step, options, model, store } = await setup();
    const program = inference({ line: model.line }, { x: [SIZE, 3], y: [SIZE, 1] }, ({ x, y }) => {
      const error = model.line.forward(x).sub(y).square().sum(1);
      return { closeness: error.neg(), error };
    });
    const validate = { program, metric: "error", data: toyRows(), every: 20, keepBest: true };
    const reports = await collect(fit(step, { ...options, steps: 40, validate }));
    expect(reports.at(-1)!.validation!.isBest).toBe(true);
    expect(await store.read("best.line.weight")).toEqual(await store.read("line.weight"));
    const unknown = { ...validate, metric: "eror" };
    await expect(collect(fit(step, { ...options, steps: 40, validate: unknown }))).rejects.toThrow(
      'expected a metric out of closeness, error, got "eror"',
    );
  });

  it("stops when its patience is used up", async () => {
    const { step, options, model } = await setup({ learningRate: 0 });
    const validate = { program: squares(model), data: toyRows(), every: 5, patience: 2 };
    const reports = await collect(fit(step, { ...options, steps: 100, validate }));
    expect(reports.at(-1)!.n).toBe(15); // the first is the best, and two more are not better
  });

  it("goes on from what it remembers, in a type that every device has", async () => {
    const { step, options, model, store } = await setup({ learningRate: 0 });
    const validate = { program: squares(model), data: toyRows(), every: 5, patience: 2 };
    await collect(fit(step, { ...options, steps: 10, validate }));
    expect((await store.read("validation")).dtype).toBe("u64"); // WebGPU has no f64
    const reports = await collect(fit(step, { ...options, from: 10, steps: 100, validate }));
    expect(reports.at(-1)!.n).toBe(15);
  });
});
