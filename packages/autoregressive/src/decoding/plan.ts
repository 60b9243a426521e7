/** @file What is asked of decoding, checked and put in order before the first token. */
import { GenError, key as keyOf, type Key } from "@gen/core";
import { promptTokens, type Tokenizer } from "../tokenizer/tokenizer.js";
import { bucket, type Written } from "./memory.js";
import { samplingOf, type Allowed, type Sampling, type SamplingOptions } from "./sampling.js";

/** What may come next, given what was written; made anew for each text. */
export interface Constraint {
  start(): ConstraintState;
}

export interface ConstraintState {
  /** Which tokens may come next. */
  readonly allowed: Allowed;
  /** Whether what was written is complete: the end may come. */
  readonly isComplete: boolean;
  /** Whether nothing may follow. */
  readonly isOver: boolean;
  after(token: number): ConstraintState;
}

export interface GenerateOptions extends SamplingOptions {
  /** What is gone on with: text (with a tokenizer), or tokens; several for many texts at once. At least one token each. */
  readonly prompt: string | readonly number[] | readonly string[] | readonly (readonly number[])[];
  /** For prompts of text, for `stop`, and to give text as it comes. */
  readonly tokenizer?: Tokenizer;
  /** The most tokens that are written. @default as many as the context has room for, at most 256 */
  readonly maxTokens?: number;
  /** Where the randomness comes from. Text r of step t draws from number r of child t. @default key(0) */
  readonly key?: Key;
  /** Tokens at which a text ends; they are not part of it. @default none */
  readonly endTokens?: readonly number[];
  /** Texts at which it ends; they are not part of it. Needs a tokenizer. @default none */
  readonly stop?: readonly string[];
  /** How many of the likeliest tokens are told with their log p, at each place. @default 0 */
  readonly alternatives?: number;
  /** Which tokens may come. @default all */
  readonly constraint?: Constraint;
  /**
   * What happens to a prompt or a text longer than the context: an error, or only its last tokens are seen: as many as the
   * context at first, and half of them again each time it is full. @default "error"
   */
  readonly overflow?: "error" | "slide";
  /**
   * Where tokens are chosen: in a loop inside a graph, many a run, or by the host, one a run. A loop honours no `noRepeat`,
   * no `alternatives` and no `constraint`. @default "loop" where it can and the device is fast at it, else "host"
   */
  readonly mode?: "loop" | "host";
  /** Tokens of each run of a loop. @default 16 */
  readonly chunk?: number;
  /**
   * A small model of the same tokens that guesses `ahead` tokens, which the model then checks at once: fewer runs of it, and
   * texts distributed as without. One prompt, and a context that does not slide.
   */
  readonly draft?: Written;
  /** Tokens that the draft model guesses each time. @default 4 */
  readonly ahead?: number;
  readonly signal?: AbortSignal;
}

const MOST = 256;

export interface Plan {
  readonly prompts: readonly (readonly number[])[];
  readonly sampling: Sampling;
  readonly key: Key;
  readonly maxTokens: number;
  readonly places: number;
  readonly context: number;
  readonly mode: "loop" | "host" | "draft";
  readonly chunk: number;
  readonly ahead: number;
  readonly vocabulary: number;
  readonly options: GenerateOptions;
}

export function planOf({ model, runtime }: Written, options: GenerateOptions): Plan {
  const sampling = samplingOf(options);
  const { overflow = "error", stop = [], alternatives = 0, constraint, endTokens = [], chunk = 16 } = options;
  checkFits(options, model.vocabulary);
  const given = promptsOf(options);
  const prompts = given.map((tokens, row) => checkedPrompt(tokens, { row, model, overflow }));
  const longest = Math.max(...prompts.map(({ length }) => length));
  const room = model.context - longest;
  const maxTokens = options.maxTokens ?? (overflow === "slide" ? MOST : Math.min(MOST, room));
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new GenError("range", `decoding: expected maxTokens ≥ 1, got ${maxTokens}`);
  }
  if (overflow === "error" && maxTokens > room) {
    throw new GenError(
      "range",
      `decoding: expected at most ${room} tokens after ${longest} in a context of ${model.context}, got maxTokens ${maxTokens}`,
      {
        fix: 'write fewer, or let the context slide: overflow "slide"',
      },
    );
  }
  for (const token of endTokens) checkRange(token, model.vocabulary, "an end token");
  const hostOnly = [
    ...(sampling.noRepeat > 0 ? ["noRepeat"] : []),
    ...(alternatives > 0 ? ["alternatives"] : []),
    ...(constraint === undefined ? [] : ["constraint"]),
  ];
  if (options.mode === "loop" && hostOnly.length > 0) {
    throw new GenError("option", `decoding: expected no ${hostOnly.join(", no ")} in a loop inside a graph, got it`, {
      fix: 'choose the mode "host"',
    });
  }
  if (stop.length > 0 && options.tokenizer === undefined) {
    throw new GenError("option", "decoding: expected a tokenizer beside stop texts, got none", {
      fix: "use endTokens",
    });
  }
  const ahead = aheadOf(options, { prompts, model });
  const mode = ahead > 0 ? "draft" : (options.mode ?? (runtime.loopsInside && hostOnly.length === 0 ? "loop" : "host"));
  if (mode !== "loop" && options.chunk !== undefined) {
    throw new GenError(
      "option",
      `decoding: expected a chunk only for loops inside graphs, got one for the mode "${mode}"`,
      {
        fix: "leave it out",
      },
    );
  }
  const written = Math.min(maxTokens, model.context);
  const places = bucket(
    bucket(Math.min(longest, model.context)) +
      (mode === "loop" ? chunk * Math.ceil(written / chunk) : written + ahead + 1),
  );
  return {
    prompts,
    sampling,
    key: options.key ?? keyOf(0),
    maxTokens,
    places,
    context: model.context,
    mode,
    chunk,
    ahead,
    vocabulary: model.vocabulary,
    options,
  };
}

/** Tokens to guess; 0 without a draft model. */
function aheadOf(
  { draft, ahead: wanted, ...options }: GenerateOptions,
  { prompts, model }: { readonly prompts: readonly (readonly number[])[]; readonly model: Written["model"] },
): number {
  if (draft === undefined) {
    if (wanted === undefined) return 0;
    throw new GenError("option", "decoding: expected ahead only beside a draft model, got it without");
  }
  const ahead = wanted ?? 4;
  if (!Number.isInteger(ahead) || ahead < 1) {
    throw new GenError("range", `decoding: expected ahead ≥ 1, got ${ahead}`);
  }
  const ill =
    prompts.length > 1
      ? `one prompt, got ${prompts.length}`
      : options.overflow === "slide"
        ? "a context that does not slide, got one that does"
        : options.mode !== undefined
          ? `no mode, got "${options.mode}"`
          : draft.model.vocabulary !== model.vocabulary
            ? `a draft model of ${model.vocabulary} tokens, got one of ${draft.model.vocabulary}`
            : draft.model.context < model.context
              ? `a draft model with a context of ${model.context}, got ${draft.model.context}`
              : !draft.model.canRewind || !model.canRewind
                ? "models that can go back, got one whose memory is its last state"
                : undefined;
  if (ill !== undefined) throw new GenError("option", `decoding with a draft model: expected ${ill}`);
  return ahead;
}

function checkFits({ tokenizer, alternatives = 0, chunk }: GenerateOptions, vocabulary: number): void {
  if (tokenizer !== undefined && tokenizer.size > vocabulary) {
    throw new GenError(
      "option",
      `decoding: expected the tokenizer of the model, of at most ${vocabulary} tokens, got one of ${tokenizer.size}`,
      {
        fix: "use the tokenizer that the model was trained with",
      },
    );
  }
  if (!Number.isInteger(alternatives) || alternatives < 0 || alternatives > vocabulary) {
    throw new GenError("range", `decoding: expected alternatives from 0 to ${vocabulary}, got ${alternatives}`);
  }
  if (chunk !== undefined && (!Number.isInteger(chunk) || chunk < 1)) {
    throw new GenError("range", `decoding: expected a chunk ≥ 1, got ${chunk}`);
  }
}

function promptsOf({ prompt, tokenizer }: GenerateOptions): readonly (readonly number[])[] {
  const list = (typeof prompt === "string" || typeof prompt[0] === "number" ? [prompt] : prompt) as readonly (
    string | readonly number[]
  )[];
  if (list.length === 0) throw new GenError("option", "decoding: expected a prompt of at least one token, got none");
  return list.map((one) => {
    if (typeof one !== "string") return one;
    if (tokenizer === undefined) {
      throw new GenError("option", "decoding: expected a tokenizer beside a prompt of text, got none");
    }
    return promptTokens(tokenizer, one);
  });
}

function checkedPrompt(
  tokens: readonly number[],
  { row, model, overflow }: { row: number; model: Written["model"]; overflow: "error" | "slide" },
): readonly number[] {
  if (tokens.length === 0) {
    throw new GenError("option", `decoding: expected at least one token in prompt ${row}, got none`, {
      fix: "begin with a token that ends or begins texts, or with a line break",
    });
  }
  for (const token of tokens) checkRange(token, model.vocabulary, `prompt ${row}: a token`);
  if (tokens.length > model.context && overflow === "error") {
    throw new GenError(
      "range",
      `decoding: expected at most ${model.context} tokens in prompt ${row}, the model's context, got ${tokens.length}`,
      {
        fix: 'give a shorter one, or let only its end be seen: overflow "slide"',
      },
    );
  }
  return tokens;
}

function checkRange(token: number, vocabulary: number, what: string): void {
  if (Number.isInteger(token) && token >= 0 && token < vocabulary) return;
  throw new GenError("range", `decoding: expected ${what} from 0 to ${vocabulary - 1}, got ${token}`, {
    fix: "use the tokenizer that the model was trained with",
  });
}
