import { describe, expect, it } from "vitest";
import { constantInit } from "../../src/ir/initializer.js";
import { ndarray } from "../../src/ndarray.js";
import { program } from "../../src/program/program.js";
import { traceScope } from "../../src/program/scope.js";
import { key } from "../../src/rng/key.js";
import { feed, param, state } from "../../src/tensor/inputs.js";
import { randomUniform } from "../../src/tensor/random.js";
import { runReference, startReference } from "../../src/testing/run-reference.js";

const w = param([2], constantInit(2));
const count = state([], constantInit(5), "i32");
const states = new Map([
  ["w", w],
  ["count", count],
]);

describe("program", () => {
  it("reads what it needs, writes what it says, and leaves out the rest", () => {
    const x = feed([2]);
    const p = program({ states, feeds: { x }, outputs: { y: x.mul(w).sum() }, writes: new Map([["w", w.add(x)]]) });
    expect([...p.reads.keys()]).toEqual(["w"]);
    expect(p.usesKey).toBe(false);
    const store = startReference(p);
    const { y } = runReference(p, { store, feeds: { x: ndarray([1, 10]) } });
    expect([...y!.data]).toEqual([22]);
    expect([...store.get("w")!.data]).toEqual([3, 12]);
  });

  it("reads a state that it only writes, so that a store knows it", () => {
    const p = program({ states, outputs: {}, writes: new Map([["count", count.mul(0)]]) });
    expect([...p.reads.keys()]).toEqual(["count"]);
    expect(p.reads.get("count")).toMatchObject({ kind: "state", dtype: "i32", init: { value: 5 } });
  });

  it("draws from its key alone", () => {
    const scope = traceScope("eval");
    const p = program({ key: undefined, outputs: { y: w.mul(0) }, states });
    expect(p.usesKey).toBe(false);
    const [a, b] = [randomUniform(scope.nextKey(), [4]), randomUniform(scope.nextKey(), [4])];
    const drawing = program({ key: scope.key, outputs: { a, b } });
    const run = (seed: number): number[] =>
      Object.values(runReference(drawing, { store: new Map(), key: key(seed) })).flatMap(({ data }) =>
        [...data].map(Number),
      );
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(new Set(run(1)).size).toBe(8);
  });

  it("refuses what it was not given", () => {
    expect(() => program({ outputs: { y: w } })).toThrow(/expected every input to be given, got a free param f32\[2\]/);
    expect(() => program({ outputs: { y: feed([3]) } })).toThrow("got a free feed f32[3]");
  });

  it("refuses to write what is not a state of it, or of another type", () => {
    const write =
      (name: string, next = w): (() => unknown) =>
      () =>
        program({ states, outputs: {}, writes: new Map([[name, next]]) });
    expect(write("v")).toThrow('expected to write only its states, got "v"');
    expect(write("count")).toThrow('expected i32[] as next value of "count", got f32[2]');
    expect(write("w", w.sum())).toThrow('expected f32[2] as next value of "w", got f32[]');
  });

  it("refuses a state that does not last", () => {
    const computed = w.add(1);
    expect(() => program({ states: new Map([["c", computed]]), outputs: { y: computed }, feeds: { w } })).toThrow(
      'expected a param() or state() as "c", got add',
    );
  });
});

describe("scope", () => {
  it("a second read sees the first write", () => {
    const scope = traceScope("train");
    expect(scope.read(w)).toBe(w);
    const next = w.add(1);
    scope.write(w, next);
    expect(scope.read(w)).toBe(next);
    expect([...scope.writes.values()]).toEqual([{ state: w, next }]);
  });

  it("refuses to write what does not last, or another type", () => {
    const scope = traceScope("train");
    expect(() => scope.write(w.add(1), w)).toThrow("expected a state() or param()");
    expect(() => scope.write(w, w.sum())).toThrow("expected f32[2], got f32[]");
  });
});
