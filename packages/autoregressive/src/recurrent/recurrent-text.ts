/**
 * @file Recurrent networks as language models: what GPTs are measured against. Dropout stands between layers only:
 * Zaremba, Sutskever & Vinyals 2014, "Recurrent Neural Network Regularization", arXiv:1409.2329
 */
import { concat, full, GenError, iota, normalInit, type Scope, type Tensor } from "@gen/core";
import { Dropout, Embedding, Gru, Linear, Lstm } from "@gen/core/nn";
import {
  checkTokens,
  type Extended,
  type LanguageModel,
  type MemorySpec,
  type Place,
  type Reading,
} from "../text/language-model.js";

export interface RecurrentTextOptions {
  /** V: how many tokens there are. */
  readonly vocabulary: number;
  /** @default "lstm" */
  readonly cell?: "lstm" | "gru";
  /** H: width of the embeddings and of the states. @default 256 */
  readonly features?: number;
  /** @default 2 */
  readonly layers?: number;
  /** Whether the last layer is the table of embeddings. Press & Wolf 2017, arXiv:1608.05859 @default true */
  readonly tied?: boolean;
  /** Share of what goes into and comes out of a layer that is left out in training. @default 0 */
  readonly dropout?: number;
}

/** Arrays of state of a layer: h, and c of an LSTM. */
const STATES = { lstm: 2, gru: 1 } as const;

/**
 * A language model whose memory is its last state:
 *
 *     h_t = R(E[x_t], h_{t−1})      p(x_{t+1} | x_≤t) = softmax(h_t·Eᵀ)
 *
 * It reads and writes as long as it is asked to, and cannot go back.
 */
export class RecurrentText implements LanguageModel {
  readonly tokens: Embedding;
  readonly layers: readonly (Lstm | Gru)[];
  /** The last layer, if it is not the table of embeddings. */
  readonly head: Linear | undefined;
  readonly #options: RecurrentTextOptions;
  readonly #features: number;
  readonly #states: number;
  readonly #dropout: Dropout;

  /** @throws GenError `range` or `option`, naming the option */
  constructor(options: RecurrentTextOptions) {
    const { vocabulary, cell = "lstm", features = 256, layers = 2, tied = true, dropout = 0 } = options;
    for (const [name, value] of Object.entries({ vocabulary, features, layers })) {
      if (Number.isInteger(value) && value >= 1) continue;
      throw new GenError("range", `RecurrentText: expected a whole ${name} ≥ 1, got ${value}`);
    }
    if (!Object.hasOwn(STATES, cell)) {
      throw new GenError("option", `RecurrentText: expected "lstm" or "gru" as cell, got ${JSON.stringify(cell)}`);
    }
    const sizes = { inputs: features, hidden: features };
    const std = 1 / Math.sqrt(features);
    this.tokens = new Embedding({ count: vocabulary, features, std });
    this.layers = Array.from({ length: layers }, () =>
      cell === "lstm" ? new Lstm({ ...sizes, forgetBias: 1 }) : new Gru(sizes),
    );
    this.head = tied
      ? undefined
      : new Linear({ inputs: features, outputs: vocabulary, init: () => normalInit({ std }) });
    this.#options = options;
    this.#features = features;
    this.#states = STATES[cell];
    this.#dropout = new Dropout({ rate: dropout });
  }

  /** What makes the same architecture again: `new RecurrentText(model.options)`. */
  get options(): RecurrentTextOptions {
    return this.#options;
  }
  get vocabulary(): number {
    return this.#options.vocabulary;
  }
  get context(): number {
    return Infinity;
  }
  get canRewind(): boolean {
    return false;
  }

  logits(tokens: Tensor, scope: Scope, { texts }: Reading = {}): Tensor {
    checkTokens(tokens, this.context, "RecurrentText");
    const restart = texts === undefined ? {} : { restart: beginnings(texts) };
    const drop = (x: Tensor): Tensor => this.#dropout.forward(x, scope);
    const h = this.layers.reduce(
      (x, layer) => drop(layer.run(x, undefined, restart).y),
      drop(this.tokens.forward(tokens)), // [N, T, H]
    );
    return this.#read(h);
  }

  /** h, and c of an LSTM, of each layer; how many places there are is the same to it. */
  memory(n: number): readonly MemorySpec[] {
    return this.layers.flatMap(() =>
      Array.from({ length: this.#states }, (): MemorySpec => ({ shape: [n, this.#features], dtype: "f32" })),
    );
  }

  /** A row begins at its first place that is not blank, whatever the memory holds by then. */
  extend(tokens: Tensor, memory: readonly Tensor[], { start, blank }: Place): Extended {
    if (memory.length !== this.#states * this.layers.length) {
      const wanted = this.#states * this.layers.length;
      throw new GenError("graph", `RecurrentText: expected ${wanted} arrays of memory, got ${memory.length}`);
    }
    const [n, t] = tokens.shape as [number, number];
    const places = start.add(iota(t, "i32")); // [T]
    const restart = places.equal(blank?.unsqueeze(1) ?? full([n, 1], 0, "i32")); // [N, T]
    const next: Tensor[] = [];
    let x = this.tokens.forward(tokens);
    this.layers.forEach((layer, l) => {
      const carry = memory.slice(l * this.#states, (l + 1) * this.#states);
      const run = layer.run(x, carry, { restart });
      next.push(...run.carry);
      x = run.y;
    });
    return { logits: this.#read(x), memory: next };
  }

  /** [N, T, H] → [N, T, V] */
  #read(h: Tensor): Tensor {
    return this.head?.forward(h) ?? h.matmul(this.tokens.weight.transpose());
  }
}

/** True at the first token of each text but the first: bool [N, T] */
function beginnings(texts: Tensor): Tensor {
  const before = texts.slice(1, 0, 1);
  const t = texts.shape[1]!;
  return t === 1 ? texts.notEqual(texts) : texts.notEqual(concat([before, texts.slice(1, 0, t - 1)], 1));
}
