/** @file A model whose every probability is known: the next token depends on the last one alone, by a table. */
import { arrayInit, key, ndarray, param, reference, type Tensor } from "@gen/core";
import type { Extended, LanguageModel, MemorySpec, Written } from "../../src/index.js";

export class Bigram implements LanguageModel {
  readonly table: Tensor;
  readonly vocabulary: number;
  readonly canRewind = true;

  constructor(
    logits: readonly (readonly number[])[],
    readonly context = 64,
  ) {
    this.vocabulary = logits.length;
    this.table = param(
      [this.vocabulary, this.vocabulary],
      arrayInit(ndarray(logits.flat(), [logits.length, logits.length])),
    );
  }
  logits(tokens: Tensor): Tensor {
    return this.table.gather(tokens, 0);
  }
  memory(): readonly MemorySpec[] {
    return [];
  }
  extend(tokens: Tensor): Extended {
    return { logits: this.logits(tokens), memory: [] };
  }
}

/** The model with its numbers, on the reference runtime. */
export async function written(model: Bigram): Promise<Written> {
  const runtime = reference();
  return { model, runtime, store: await runtime.init(model, { key: key(0) }) };
}

/** Logits that are any numbers: of V tokens after each of V. */
export function someLogits(v: number, scale = 1.5): number[][] {
  return Array.from({ length: v }, (_, i) =>
    Array.from({ length: v }, (__, j) => scale * Math.sin(3.1 * i + 1.7 * j * j + 0.3)),
  );
}

export function softmax(l: readonly number[], temperature = 1): number[] {
  const e = l.map((v) => Math.exp(v / temperature));
  const total = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / total);
}

/** Whether counts may come from these probabilities: χ² below its 99.99 % point (Wilson & Hilferty's). */
export function expectCounts(counts: readonly number[], p: readonly number[]): void {
  const n = counts.reduce((a, b) => a + b, 0);
  let [chi, cells] = [0, 0];
  counts.forEach((count, i) => {
    if (p[i]! < 1e-12) {
      if (count > 0) throw new Error(`drew ${count} of what has no probability (cell ${i})`);
      return;
    }
    chi += (count - n * p[i]!) ** 2 / (n * p[i]!);
    cells++;
  });
  const k = Math.max(cells - 1, 1);
  const most = k * (1 - 2 / (9 * k) + 3.72 * Math.sqrt(2 / (9 * k))) ** 3;
  if (chi > most)
    throw new Error(
      `χ² ${chi.toFixed(1)} is above ${most.toFixed(1)}: ${counts.join(" ")} for ${p.map((v) => (n * v).toFixed(1)).join(" ")}`,
    );
}
