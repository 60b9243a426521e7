/** @file What gen write can be told: every way of choosing tokens, once; and what that means for the package. */
import { readFileSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { jsonOf, matching, type BeamOptions, type Constraint, type GenerateOptions } from "@gen/autoregressive";
import { GenError, key, messageOf } from "@gen/core";
import { naming } from "../run/files.js";
import type { GivenOptions } from "../schema/resolve.js";
import { defineOptions, select, type OptionsOf } from "../schema/schema.js";
import { typed } from "../text-marks.js";
import type { Language } from "../language.js";
import { shapes } from "./shapes.js";

export const writeOptions = defineOptions({
  prompt: { kind: "string", description: "Text to go on with; asked for, line by line, unless given" },
  template: {
    kind: "string",
    description: "What a prompt is put into, in the place of {}; \\n is a line break. As in training unless given",
  },
  truncate: {
    kind: "boolean",
    default: false,
    description: "Let only the end of a prompt be seen that is longer than the context; otherwise it is an error",
  },
  precision: {
    kind: "choice",
    choices: ["f32", "i8"],
    description:
      "What products with large matrices are computed in: i8 writes long texts sooner, begins a second later and is a little less exact. As the model was exported unless given",
  },
  count: { kind: "integer", default: 1, min: 1, description: "Texts that are written, each its own" },
  alternatives: {
    kind: "integer",
    min: 1,
    description: "Tell each token with its log p, beside so many of the likeliest",
  },
});

/** Every way of choosing tokens. */
export const decodingOptions = defineOptions({
  maxTokens: {
    kind: "integer",
    min: 1,
    description: "The most tokens that are written; 200, or what the context has room for",
  },
  seed: { kind: "integer", default: 0, min: 0, description: "Which text: the same seed gives the same" },
  greedy: { kind: "boolean", default: false, description: "Always the likeliest token" },
  ...shapes.fields,
  stop: { kind: "string", description: "Text to end at; \\n is a line break" },
  matching: { kind: "string", description: "Regular expression that the whole text matches" },
  schema: { kind: "path", description: "File of a JSON schema that the whole text is JSON of" },
  beams: {
    kind: "integer",
    min: 1,
    description: "Look for the likeliest texts, so many at a time, instead of drawing",
  },
  lengthPenalty: { kind: "number", min: 0, description: "With --beams: above 0, longer texts" },
  draft: {
    kind: "path",
    description:
      "Folder of a smaller model of the same tokens that guesses ahead: texts distributed as without it, sooner",
  },
  ahead: { kind: "integer", min: 1, description: "With --draft: tokens that are guessed each time, 4 unless given" },
});

export type WriteOptions = OptionsOf<typeof writeOptions>;
export type DecodingOptions = OptionsOf<typeof decodingOptions>;

/** How a text is written: drawn token by token, or looked for. */
export type Way =
  | { readonly kind: "draw"; readonly options: Omit<GenerateOptions, "prompt"> }
  | { readonly kind: "search"; readonly options: Omit<BeamOptions, "prompt"> };

const MOST = 200;

export interface Asked {
  readonly write: WriteOptions;
  readonly decoding: DecodingOptions;
  readonly given: GivenOptions;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** The model that guesses ahead, once it is open. */
  readonly draft: Language | undefined;
}

/** @throws GenError `option` for options that do not go together, naming them; `format` for a damaged schema */
export function wayOf({ tokenizer, endTokens }: Language, asked: Asked): Way {
  const { decoding, write, cwd, signal, draft } = asked;
  const { seed, greedy, beams, lengthPenalty, maxTokens, ahead } = decoding;
  checkTogether(asked);
  const stop = decoding.stop === undefined ? undefined : [typed(decoding.stop)];
  const shared = {
    tokenizer,
    signal,
    endTokens,
    ...select(shapes, decoding),
    // Beams refuse what draws, or streams, by its name.
    ...present({
      greedy: greedy || undefined,
      stop,
      alternatives: write.alternatives,
      constraint: constraintOf(decoding, { tokenizer, cwd }),
    }),
  };
  if (beams !== undefined) {
    const own = { beams, count: write.count, ...present({ maxTokens, lengthPenalty, draft }) };
    return { kind: "search", options: { ...shared, ...own } };
  }
  if (draft !== undefined) {
    return { kind: "draw", options: { ...shared, ...present({ maxTokens, ahead }), key: key(seed), draft } };
  }
  const options = { ...shared, maxTokens: maxTokens ?? MOST, key: key(seed) };
  return { kind: "draw", options: { ...options, overflow: "slide" } };
}

function checkTogether({ decoding, write, given, draft }: Asked): void {
  const { greedy, beams, lengthPenalty, ahead } = decoding;
  const alone = (name: string, beside: string): GenError =>
    new GenError("option", `gen write: expected --${name} only with --${beside}, got it alone`, {
      fix: `add --${beside}`,
    });
  const idle = (name: string, beside: string, why: string): GenError =>
    new GenError("option", `gen write: expected no --${name} beside --${beside}, ${why}, got both`, {
      fix: `leave out --${name}`,
    });
  if (lengthPenalty !== undefined && beams === undefined) throw alone("length-penalty", "beams");
  if (ahead !== undefined && draft === undefined) throw alone("ahead", "draft");
  const fixed = greedy ? "greedy" : beams === undefined ? undefined : "beams";
  if (given.has("seed") && fixed !== undefined) throw idle("seed", fixed, "which draws nothing");
  if (greedy && write.count > 1) throw idle("count", "greedy", "which writes one text");
  const whole = beams !== undefined ? "beams" : draft === undefined ? undefined : "draft";
  if (write.truncate && whole !== undefined) throw idle("truncate", whole, "which needs all of a prompt");
}

/** Those that are there. */
function present<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

function constraintOf(
  { matching: expression, schema }: DecodingOptions,
  { tokenizer, cwd }: Pick<Language, "tokenizer"> & { readonly cwd: string },
): Constraint | undefined {
  if (expression !== undefined && schema !== undefined) {
    throw new GenError("option", "gen write: expected --matching or --schema, got both");
  }
  if (expression !== undefined) return matching(expression, tokenizer);
  if (schema === undefined) return undefined;
  const file = resolvePath(cwd, schema);
  const text = naming("cannot read", file, () => readFileSync(file, "utf8"));
  try {
    return jsonOf(JSON.parse(text), tokenizer);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new GenError("format", `${schema}: expected JSON, got ${messageOf(cause)}`, { cause });
  }
}
