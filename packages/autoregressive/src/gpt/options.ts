/** @file The options of a GPT: one block, in which each successor of the first GPT is a choice. */
import { GenError } from "@gen/core";
import type { RotaryScaling } from "@gen/core/nn";

/** The epsilon that the norms of queries and keys have. */
export const QUERY_KEY_EPSILON = 1e-6;

export interface GptOptions {
  /** V: how many tokens there are. */
  readonly vocabulary: number;
  /** The most tokens that are seen at once. */
  readonly context: number;
  readonly layers: number;
  /** Heads of attention; they divide the features unless they have a width of their own. */
  readonly heads: number;
  /** C: width of the stream between the layers. */
  readonly features: number;
  /** D: width of a head. @default features / heads */
  readonly headFeatures?: number;
  /** Heads of keys and values, each shared by several of the queries (grouped-query attention). @default heads */
  readonly keyHeads?: number;
  /** Whether a norm stands before each part of a block, beside the stream, or after it, in the stream. @default "pre" */
  readonly normPlace?: "pre" | "post";
  /** @default "layer" */
  readonly norm?: "layer" | "rms";
  /** Added to norms' variances or mean squares. @default 1e-5 */
  readonly epsilon?: number;
  /** Rows that are learned and added, turns of queries and keys, or none. @default "learned" */
  readonly positions?: "learned" | "rotary" | "none";
  /** The longest rotary wave is nearly 2π times it. @default 10,000 */
  readonly rotaryBase?: number;
  /** How rotary turns are slowed down for a context that is longer than the first. @default they are not */
  readonly rotaryScaling?: RotaryScaling;
  /** The part of a block that sees one position. @default "gelu" */
  readonly feedForward?: "gelu" | "geluTanh" | "relu" | "swiglu";
  /** Width inside that part. @default 4 · features; swiglu: 8/3 · features, rounded up to a multiple of 8 */
  readonly hidden?: number;
  /** A position sees only so many, its own included. @default all */
  readonly window?: number;
  /** Queries and keys of each head are scaled to a root mean square of 1. @default false */
  readonly queryKeyNorm?: boolean;
  /** Whether linear maps have biases. @default true */
  readonly bias?: boolean;
  /** Whether the last layer is the table of embeddings, transposed. @default true */
  readonly tied?: boolean;
  /** Share of what each part adds to the stream that is left out in training. @default 0 */
  readonly dropout?: number;
  /** Share of the weights of attention that is left out in training. @default 0 */
  readonly attentionDropout?: number;
}

/** @throws GenError `option` or `range`, naming the option */
export function checkGpt(options: GptOptions): void {
  for (const name of [
    "vocabulary",
    "context",
    "layers",
    "heads",
    "features",
    "headFeatures",
    "keyHeads",
    "hidden",
    "window",
  ] as const) {
    const value = options[name];
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new GenError("range", `Gpt: expected a whole ${name} ≥ 1, got ${value}`);
    }
  }
  const { features, heads, headFeatures = features / heads, keyHeads = heads } = options;
  if (!Number.isInteger(headFeatures) || heads % keyHeads !== 0) {
    throw new GenError(
      "option",
      `Gpt: expected heads that divide ${features} features, and keyHeads that divide the heads, got ${heads} and ${keyHeads}`,
    );
  }
  if (options.positions === "rotary" && headFeatures % 2 !== 0) {
    throw new GenError(
      "option",
      `Gpt: expected heads of an even width for rotary positions, got ${headFeatures} features a head`,
    );
  }
  for (const name of ["rotaryBase", "rotaryScaling"] as const) {
    if (options[name] !== undefined && options.positions !== "rotary") {
      throw new GenError("option", `Gpt: expected ${name} only beside positions: "rotary", got it without`, {
        fix: "leave it out",
      });
    }
  }
}
