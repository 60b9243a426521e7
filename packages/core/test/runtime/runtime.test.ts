import { describe, expect, it } from "vitest";
import {
  constantInit,
  inference,
  key,
  ndarray,
  param,
  program,
  randomUniform,
  reference,
  state,
  type Program,
} from "../../src/index.js";
import { Linear } from "../../src/nn.js";

const counter = { count: state([], constantInit(3)), scale: param([2], constantInit(1)) };
const step: Program = program({
  states: new Map([
    ["count", counter.count],
    ["scale", counter.scale],
  ]),
  outputs: { seen: counter.count.mul(counter.scale.sum()) },
  writes: new Map([["count", counter.count.add(1)]]),
});

describe("Runtime", () => {
  it("starts each parameter by its name, whatever else the model holds", async () => {
    const runtime = reference();
    const alone = await runtime.init({ b: new Linear({ inputs: 2, outputs: 2 }) }, { key: key(0) });
    const beside = await runtime.init(
      { a: new Linear({ inputs: 3, outputs: 1 }), b: new Linear({ inputs: 2, outputs: 2 }) },
      { key: key(0) },
    );
    expect(await beside.read("b.weight")).toEqual(await alone.read("b.weight"));
    const other = await runtime.init({ b: new Linear({ inputs: 2, outputs: 2 }) }, { key: key(1) });
    expect(await other.read("b.weight")).not.toEqual(await alone.read("b.weight"));
  });

  it("writes what a program writes, and forgets what is discarded", async () => {
    const runtime = reference();
    const store = await runtime.init(counter, { key: key(0) });
    expect((await runtime.run(step, { store }))["seen"]!.data[0]).toBe(6);
    const pending = await runtime.start(step, { store });
    pending.discard();
    expect((await store.read("count")).data[0]).toBe(4);
  });

  it("starts states by itself, but asks for parameters", async () => {
    const runtime = reference();
    const store = runtime.emptyStore();
    await expect(runtime.run(step, { store })).rejects.toMatchObject({
      code: "graph",
      message: expect.stringContaining("runtime.init") as string,
    });
    await store.write("scale", ndarray([1, 1]));
    expect((await runtime.run(step, { store }))["seen"]!.data[0]).toBe(6);
  });

  it("reads averages instead of parameters when told so", async () => {
    const runtime = reference();
    const store = await runtime.init(counter, { key: key(0) });
    await store.write("ema.scale", ndarray([5, 5]));
    expect((await runtime.run(step, { store, from: "ema" }))["seen"]!.data[0]).toBe(30);
  });

  it("refuses feeds and states that do not fit, by name", async () => {
    const runtime = reference();
    const store = runtime.emptyStore();
    const double = inference({}, { x: [2] }, ({ x }) => ({ y: x.mul(2) }));
    const fails = (feeds: Parameters<typeof runtime.run>[1]["feeds"]): Promise<unknown> =>
      runtime.run(double, { store, feeds: feeds ?? {} }).catch((e: unknown) => e);
    expect(await fails({})).toMatchObject({ code: "graph", message: 'run: expected a feed "x" f32[2], got none' });
    expect(await fails({ x: ndarray([1, 2, 3]) })).toMatchObject({
      code: "shape",
      message: 'run: expected feed "x" f32[2], got f32[3]',
    });
    expect(await fails({ x: ndarray([1, 2], [2], "i32") })).toMatchObject({ code: "dtype" });
    expect(await fails({ x: ndarray([1, 2]), z: ndarray([1]) })).toMatchObject({
      code: "graph",
      message: expect.stringContaining('"z"') as string,
    });
    await store.write("scale", ndarray([1, 2, 3]));
    await expect(runtime.run(step, { store })).rejects.toMatchObject({
      code: "shape",
      message: expect.stringContaining('"scale"') as string,
    });
  });

  it("asks for a key when the program draws", async () => {
    const runtime = reference();
    const draw = inference({}, {}, (_, scope) => ({ u: randomUniform(scope.nextKey(), [3]) }));
    const store = runtime.emptyStore();
    await expect(runtime.run(draw, { store })).rejects.toMatchObject({
      message: expect.stringContaining("expected a key") as string,
    });
    const twice = [await runtime.run(draw, { store, key: key(4) }), await runtime.run(draw, { store, key: key(4) })];
    expect(twice[0]).toEqual(twice[1]);
    expect(await runtime.run(draw, { store, key: key(5) })).not.toEqual(twice[0]);
  });
});
