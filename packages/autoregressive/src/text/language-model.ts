/**
 * @file What a model of token sequences offers, whatever is inside: p(x) = Π_t p(x_t | x_<t), all factors at once for
 * training, and one after the other, from a memory of what was read, for writing.
 */
import { GenError, type DType, type Scope, type Shape, type Tensor } from "@gen/core";

/** Where tokens stand that are read after others. */
export interface Place {
  /** i32 scalar: how many places of the memory were filled before. */
  readonly start: Tensor;
  /** i32 [N]: so many of each row's places are blank, before its first token. @default 0 */
  readonly blank?: Tensor;
  /**
   * Another memory, whose first `count` places (i32 scalar) come before the first of this one. It is only read, so that a
   * loop writes to a small memory. For models that can rewind.
   */
  readonly before?: { readonly memory: readonly Tensor[]; readonly count: Tensor };
}

/** One array of a memory: keys, values, or the state of a recurrent layer. */
export interface MemorySpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

export interface Extended {
  /** [N, T, V] */
  readonly logits: Tensor;
  readonly memory: readonly Tensor[];
}

export interface LanguageModel {
  /** V: how many tokens there are. */
  readonly vocabulary: number;
  /** The most tokens that it reads and writes together; Infinity for one that forgets as it goes. */
  readonly context: number;
  /**
   * Whether a memory can be taken up again at an earlier place: what lies behind is then as if never read. Its arrays then
   * have the places on their last axis but one.
   */
  readonly canRewind: boolean;
  /**
   * Unnormalised log-probabilities of the token after each.
   *
   * @param tokens i32 [N, T], T ≤ context
   * @returns [N, T, V]
   */
  logits(tokens: Tensor, scope: Scope, reading?: Reading): Tensor;
  /** The arrays of a memory for `n` sequences of at most `places` tokens, blanks included; they start as zeros. */
  memory(n: number, places: number): readonly MemorySpec[];
  /** The same, after what the memory holds; tokens i32 [N, T]. */
  extend(tokens: Tensor, memory: readonly Tensor[], place: Place): Extended;
}

/** How rows are read that hold several texts one after the other. */
export interface Reading {
  /** i32 [N, T]: which text of its row a token belongs to; one text sees nothing of another. */
  readonly texts?: Tensor;
}

/** @throws GenError `range` or `shape` for tokens that are no rows, or more than the context */
export function checkTokens(tokens: Tensor, context: number, where: string): void {
  const [, t] = tokens.shape;
  if (tokens.rank !== 2 || tokens.dtype !== "i32") {
    throw new GenError("shape", `${where}: expected tokens i32[N, T], got ${tokens.toString()}`);
  }
  if (t! > context) {
    throw new GenError("range", `${where}: expected at most ${context} tokens, its context, got ${t}`, {
      fix: "give shorter rows, or make a model with a longer context",
    });
  }
}
