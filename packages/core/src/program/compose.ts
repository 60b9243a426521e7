/** @file Programs out of programs: one after the other over the same states, and one many times. */
import { GenError } from "../error.js";
import { sameShape } from "../shape.js";
import { inline, scan } from "../tensor/control.js";
import { feed, param, state } from "../tensor/inputs.js";
import { splitKey } from "../tensor/random.js";
import { scalar, type Tensor } from "../tensor/tensor.js";
import { KEY, program, type Program, type StateSpec } from "./program.js";

/** A number that says how many steps were taken before: the K-step program derives each step's key from it. */
export const STEP = "$step";

/** What a program computes on given values of its inputs, by name of its outputs. */
function unfold({ graph }: Program, values: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const results = inline(
    graph,
    graph.inputs.map(({ name }) => values.get(name)!),
  );
  return new Map(graph.outputs.map(({ name }, i) => [name, results[i]!]));
}

function stateInput({ kind, shape, init, dtype }: StateSpec): Tensor {
  return kind === "param" ? param(shape, init, dtype) : state(shape, init, dtype);
}

/**
 * Programs one after the other as one: what a program writes, the next ones read. Feeds of the same name are the same
 * feed; outputs are named `<part>.<output>`; part i draws from child i of the key.
 *
 * @throws GenError `graph` if two parts disagree about the type of a feed or state
 */
export function sequence(parts: Readonly<Record<string, Program>>): Program {
  const states = new Map<string, Tensor>();
  const feeds: Record<string, Tensor> = {};
  const current = new Map<string, Tensor>();
  const outputs: Record<string, Tensor> = {};
  const writes = new Map<string, Tensor>();
  const key = Object.values(parts).some(({ usesKey }) => usesKey) ? feed([], "u64") : undefined;

  Object.entries(parts).forEach(([part, p], i) => {
    const values = new Map<string, Tensor>();
    for (const [name, spec] of p.reads) {
      if (!states.has(name)) states.set(name, stateInput(spec));
      values.set(name, agreed(current.get(name) ?? states.get(name)!, spec, name));
    }
    for (const [name, type] of p.feeds)
      values.set(name, agreed((feeds[name] ??= feed(type.shape, type.dtype)), type, name));
    if (p.usesKey) values.set(KEY, splitKey(key!, i));
    const results = unfold(p, values);
    for (const name of p.outputs) outputs[`${part}.${name}`] = results.get(name)!;
    for (const [name, output] of p.writes) {
      current.set(name, results.get(output)!);
      writes.set(name, results.get(output)!);
    }
  });
  const made = program({ states, feeds, key, outputs, writes });
  const hasProbe = Object.values(parts).some(({ probe }) => probe !== undefined);
  return hasProbe ? { ...made, probe: () => sequence(probesOf(parts)) } : made;
}

/** Each part with its gradients in view, where it can show them. Their probes have none of their own. */
function probesOf(parts: Readonly<Record<string, Program>>): Record<string, Program> {
  return Object.fromEntries(Object.entries(parts).map(([part, p]) => [part, p.probe?.() ?? p]));
}

function agreed(tensor: Tensor, { dtype, shape }: { dtype: string; shape: readonly number[] }, name: string): Tensor {
  if (tensor.dtype !== dtype || !sameShape(tensor.shape, shape)) {
    throw new GenError(
      "graph",
      `sequence: expected one type for "${name}", got ${tensor.toString()} and ${dtype}[${shape.join(", ")}]`,
    );
  }
  return tensor;
}

/**
 * `k` runs of a program as one scan. Feeds and outputs get a leading axis of k; the states stay inside. Run i draws
 * from child `step + i` of the key, so any split of a training into runs draws the same.
 */
export function repeat(p: Program, k: number): Program {
  if (!Number.isSafeInteger(k) || k < 1) throw new GenError("range", `repeat: expected k ≥ 1, got ${k}`);
  const states = new Map([...p.reads].map(([name, spec]) => [name, stateInput(spec)]));
  const feeds = new Map([...p.feeds].map(([name, { dtype, shape }]) => [name, feed([k, ...shape], dtype)]));
  const key = p.usesKey ? feed([], "u64") : undefined;
  const step = feed([], "u64");
  const written = [...p.writes.keys()];

  const counter = p.usesKey ? [step] : [];
  const { carry, ys } = scan(
    { carry: [...written.map((name) => states.get(name)!), ...counter], xs: [...feeds.values()], length: k },
    (now, slices) => {
      const values = new Map(states);
      written.forEach((name, i) => values.set(name, now[i]!));
      [...feeds.keys()].forEach((name, i) => values.set(name, slices[i]!));
      const count = now[written.length];
      if (key !== undefined && count !== undefined) values.set(KEY, splitKey(key, count));
      const results = unfold(p, values);
      return {
        carry: [
          ...written.map((name) => results.get(p.writes.get(name)!)!),
          ...(count === undefined ? [] : [count.add(scalar(1n, "u64"))]),
        ],
        ys: p.outputs.map((name) => results.get(name)!),
      };
    },
  );
  return program({
    states,
    feeds: { ...Object.fromEntries(feeds), ...(p.usesKey ? { [STEP]: step } : {}) },
    key,
    outputs: Object.fromEntries(p.outputs.map((name, i) => [name, ys[i]!])),
    writes: new Map(written.map((name, i) => [name, carry[i]!])),
  });
}
