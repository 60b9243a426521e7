/** @file Decoding as programs: read tokens after what the memory holds, and write many in a loop inside one graph. */
import {
  feed,
  full,
  iota,
  logSoftmax,
  paths,
  program,
  scan,
  splitKey,
  state,
  type Model,
  type Program,
  type Tensor,
} from "@gen/core";
import { putAlong, takeAlong, writeRows } from "@gen/core/nn";
import type { LanguageModel, Place } from "../text/language-model.js";
import { drawn, needsCounts, penalised } from "./graph-sampling.js";
import type { Sampling } from "./sampling.js";

/** Sizes of a memory, and the name under which a store has it. */
export interface MemorySizes {
  /** Sequences. */
  readonly n: number;
  /** Tokens of each, blanks included. */
  readonly places: number;
  readonly name: string;
}

/** The memory's states by name. */
export function memoryStates(model: LanguageModel, { n, places, name }: MemorySizes): Map<string, Tensor> {
  return new Map(
    model.memory(n, places).map(({ shape, dtype }, i) => [`${name}.${i}`, state(shape, undefined, dtype)]),
  );
}

/**
 * Reads tokens: i32 [n, t] after the first `start` places, of which `blank` [n] are not there. With `parents`, the
 * memory's rows are first those of so many others.
 *
 * @returns output logits, [n, V] after the last token, or [n, t, V] with `each`
 */
export function readProgram(
  model: LanguageModel & Model,
  {
    t,
    each = false,
    reorders = false,
    ...sizes
  }: MemorySizes & { readonly t: number; readonly each?: boolean; readonly reorders?: boolean },
): Program {
  const states = memoryStates(model, sizes);
  const { n } = sizes;
  const feeds = {
    tokens: feed([n, t], "i32"),
    start: feed([], "i32"),
    blank: feed([n], "i32"),
    ...(reorders ? { parents: feed([n], "i32") } : {}),
  };
  const before = [...states.values()].map((m) => (feeds.parents === undefined ? m : m.gather(feeds.parents, 0)));
  const { logits, memory } = model.extend(feeds.tokens, before, feeds);
  return program({
    states: new Map([...paths(model), ...states]),
    feeds,
    outputs: { logits: each ? logits : logits.slice(1, t - 1).squeeze(1) },
    writes: new Map([...states.keys()].map((name, i) => [name, memory[i]!])),
  });
}

/**
 * Writes `steps` tokens, each drawn from what the model says after the one before: the whole loop in one graph. Feeds
 * `token` [n], the last one, which is not in the memory yet; `start` and `blank`; `drawn`, how many were drawn before, for
 * the key; and `seen` and `written` [n, V], counts of tokens, if a penalty asks for them.
 *
 * @returns outputs tokens i32 [steps, n] and logProb [steps, n], of each under the model itself
 */
export function loopProgram(
  model: LanguageModel & Model,
  { steps, sampling, ...sizes }: MemorySizes & { readonly steps: number; readonly sampling: Sampling },
): Program {
  const states = memoryStates(model, sizes);
  const { n } = sizes;
  const counted = needsCounts(sampling);
  const feeds = {
    token: feed([n], "i32"),
    start: feed([], "i32"),
    blank: feed([n], "i32"),
    drawn: feed([], "i32"),
    ...(counted ? { seen: feed([n, model.vocabulary]), written: feed([n, model.vocabulary]) } : {}),
  };
  const key = sampling.greedy ? undefined : feed([], "u64");
  const { seen, written } = feeds;
  const counts = seen === undefined || written === undefined ? [] : [seen, written];
  const old = [...states.values()];
  // What the loop writes to is handed on from step to step, whole: a memory of `steps` places, where there are places.
  const fresh = model.canRewind ? model.memory(n, steps).map(({ shape, dtype }) => full(shape, 0, dtype)) : old;
  const { carry, ys } = scan(
    { carry: [feeds.token, ...counts, ...fresh], xs: [iota(steps, "i32")] },
    ([token, ...rest], [i]) => {
      const [before, memory] = [rest.slice(0, counts.length), rest.slice(counts.length)];
      const next = step(model, {
        token: token!,
        memory,
        place: model.canRewind
          ? { start: i!, blank: feeds.blank, before: { memory: old, count: feeds.start } }
          : { start: feeds.start.add(i!), blank: feeds.blank },
      });
      const [s, w] = before;
      const adjusted =
        s === undefined || w === undefined ? next.logits : penalised(next.logits, sampling, { seen: s, written: w });
      const chosen = drawn(adjusted, sampling, key === undefined ? next.logits : splitKey(key, feeds.drawn.add(i!)));
      const came = before.map((count) =>
        count.add(putAlong(count.slice(1, 0, 1).mul(0).add(1), chosen.unsqueeze(1), model.vocabulary)),
      );
      const logProb = takeAlong(logSoftmax(next.logits), chosen.unsqueeze(1)).squeeze(1);
      return { carry: [chosen, ...came, ...next.memory], ys: [chosen, logProb] };
    },
  );
  const last = carry.slice(1 + counts.length);
  const memory = model.canRewind ? last.map((rows, i) => writeRows(old[i]!, rows, feeds.start)) : last;
  return program({
    states: new Map([...paths(model), ...states]),
    feeds,
    key,
    outputs: { tokens: ys[0]!, logProb: ys[1]! },
    writes: new Map([...states.keys()].map((name, i) => [name, memory[i]!])),
  });
}

/** One token of each row: [n] → logits [n, V]. */
function step(
  model: LanguageModel,
  { token, memory, place }: { token: Tensor; memory: readonly Tensor[]; place: Place },
): { logits: Tensor; memory: readonly Tensor[] } {
  const next = model.extend(token.unsqueeze(1), memory, place);
  return { logits: next.logits.squeeze(1), memory: next.memory };
}
