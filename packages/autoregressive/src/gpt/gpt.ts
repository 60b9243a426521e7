/**
 * @file GPT: a stack of blocks that sees only what came before, and its successors as options.
 * Radford et al. 2018 and 2019; rotary positions: Su et al. 2021, arXiv:2104.09864; SwiGLU: Shazeer 2020,
 * arXiv:2002.05202; the three together with RMS norms: Touvron et al. 2023, "LLaMA", arXiv:2302.13971 §2.2.
 */
import { GenError, iota, normalInit, type Scope, type Tensor } from "@gen/core";
import {
  Dropout,
  Embedding,
  LearnedPositions,
  Linear,
  type KeyValues,
  type LayerNorm,
  type RmsNorm,
} from "@gen/core/nn";
import {
  checkTokens,
  type Extended,
  type LanguageModel,
  type MemorySpec,
  type Place,
  type Reading,
} from "../text/language-model.js";
import { Block, INIT_STD, normOf } from "./block.js";
import { checkGpt, type GptOptions } from "./options.js";

/** Added to the score between two texts, so that neither is seen by the other. */
const APART = -1e9;

/** Where tokens stand that are read after a memory that grows. */
export interface Behind {
  /** i32 [N, T] */
  readonly positions: Tensor;
  /** i32 [N, S + T], of what was read and of these; −1 for a place that is blank. */
  readonly keyPositions: Tensor;
}

/**
 * A language model of tokens:
 *
 *     h = E[x] + P      h ← block_l(h)      p(x_{t+1} | x_≤t) = softmax(N(h_t)·Eᵀ)
 *
 * with P only where positions are learned, and the last norm N only where norms stand before the parts of blocks.
 */
export class Gpt implements LanguageModel {
  readonly tokens: Embedding;
  readonly positions: LearnedPositions | undefined;
  readonly blocks: readonly Block[];
  readonly norm: LayerNorm | RmsNorm | undefined;
  /** The last layer, if it is not the table of embeddings. */
  readonly head: Linear | undefined;
  readonly #options: GptOptions;
  readonly #dropout: Dropout;

  /** @throws GenError `option` or `range`, naming the option */
  constructor(options: GptOptions) {
    checkGpt(options);
    const { vocabulary, context, layers, features, positions = "learned", tied = true } = options;
    this.tokens = new Embedding({ count: vocabulary, features, std: INIT_STD });
    this.positions =
      positions === "learned" ? new LearnedPositions({ length: context, features, std: INIT_STD }) : undefined;
    this.blocks = Array.from({ length: layers }, () => new Block(options));
    this.norm = options.normPlace === "post" ? undefined : normOf(options);
    this.head = tied
      ? undefined
      : new Linear({
          inputs: features,
          outputs: vocabulary,
          bias: false,
          init: () => normalInit({ std: INIT_STD }),
        });
    this.#options = options;
    this.#dropout = new Dropout({ rate: options.dropout ?? 0 });
  }

  /** What makes the same architecture again: `new Gpt(gpt.options)`. */
  get options(): GptOptions {
    return this.#options;
  }
  get vocabulary(): number {
    return this.#options.vocabulary;
  }
  get context(): number {
    return this.#options.context;
  }
  get canRewind(): boolean {
    return true;
  }

  /** @throws GenError `range` for more tokens than the context */
  logits(tokens: Tensor, scope: Scope, { texts }: Reading = {}): Tensor {
    checkTokens(tokens, this.context, "Gpt");
    const embedded = this.tokens.forward(tokens); // [N, T, C]
    const placed = this.positions?.forward(embedded, scope, texts === undefined ? undefined : placesIn(texts));
    const start = this.#dropout.forward(placed ?? embedded, scope);
    const apart = texts === undefined ? undefined : between(texts);
    return this.#read(this.blocks.reduce((x, block) => block.forward(x, scope, apart), start));
  }

  /** Keys, then values, of each block. */
  memory(n: number, places: number): readonly MemorySpec[] {
    return this.blocks.flatMap(({ attention }) => {
      const spec: MemorySpec = { shape: attention.cacheShape(n, places), dtype: "f32" };
      return [spec, spec];
    });
  }

  extend(tokens: Tensor, memory: readonly Tensor[], { start, blank, before }: Place): Extended {
    const at = { start, ...(blank === undefined ? {} : { blank }) };
    const places = (before === undefined ? start : before.count.add(start)).add(iotaOf(tokens));
    const positions = blank === undefined ? places : places.sub(blank.unsqueeze(1)).maximum(0); // [T] or [N, T]
    return this.#through(tokens, { memory, positions }, (block, x, { cache, layer }) =>
      block.extend(
        x,
        cache,
        before === undefined ? at : { ...at, before: { ...of(before.memory, layer), count: before.count } },
      ),
    );
  }

  /** The same after a memory that holds just what was read, and grows by what is read. */
  append(tokens: Tensor, memory: readonly Tensor[], behind: Behind): Extended {
    return this.#through(tokens, { memory, positions: behind.positions }, (block, x, { cache }) =>
      block.append(x, cache, behind),
    );
  }

  #through(
    tokens: Tensor,
    { memory, positions }: { readonly memory: readonly Tensor[]; readonly positions: Tensor },
    step: (block: Block, x: Tensor, at: { cache: KeyValues; layer: number }) => ReturnType<Block["extend"]>,
  ): Extended {
    if (memory.length !== 2 * this.blocks.length) {
      throw new GenError("graph", `Gpt: expected ${2 * this.blocks.length} arrays of memory, got ${memory.length}`);
    }
    const next: Tensor[] = [];
    const embedded = this.tokens.forward(tokens);
    let x = this.positions?.forward(embedded, undefined, positions) ?? embedded;
    this.blocks.forEach((block, layer) => {
      const { keys, values, ...rest } = step(block, x, { cache: of(memory, layer), layer });
      next.push(keys, values);
      x = rest.x;
    });
    return { logits: this.#read(x), memory: next };
  }

  /** [N, T, C] → [N, T, V] */
  #read(x: Tensor): Tensor {
    const h = this.norm?.forward(x) ?? x;
    return this.head?.forward(h) ?? h.matmul(this.tokens.weight.transpose());
  }
}

/** Keys and values of a layer. */
function of(memory: readonly Tensor[], layer: number): KeyValues {
  return { keys: memory[2 * layer]!, values: memory[2 * layer + 1]! };
}

/** 0 … T − 1 for tokens [N, T]. */
function iotaOf(tokens: Tensor): Tensor {
  return iota(tokens.shape[1]!, "i32");
}

/** [N, 1, T, T]: what is added to scores so that no text sees another. */
function between(texts: Tensor): Tensor {
  const isSame = texts.unsqueeze(2).equal(texts.unsqueeze(1)); // [N, T, T]
  return isSame.not().cast("f32").mul(APART).unsqueeze(1);
}

/** Where each token stands in its own text: [N, T] */
function placesIn(texts: Tensor): Tensor {
  const isSame = texts.unsqueeze(2).equal(texts.unsqueeze(1)).cast("i32"); // [N, T, T]
  const t = texts.shape[1]!;
  const isBefore = iota(t, "i32").less(iota(t, "i32").unsqueeze(1)).cast("i32"); // [T, T]: column before row
  return isSame.mul(isBefore).sum(2);
}
