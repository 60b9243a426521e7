/** @file What was written, told: as it comes, whole, token by token, or to a machine. */
import { beamSearch, complete, stream, type Completion, type Tokenizer } from "@gen/autoregressive";
import type { Context } from "../context.js";
import { showNumber } from "../output/format.js";
import type { Language } from "../language.js";
import type { Way } from "./options.js";

export interface Telling {
  readonly prompt: string;
  readonly count: number;
  readonly isJson: boolean;
  readonly way: Way;
}

/** Writes on and tells it. @returns the first text, in which end tokens have no part */
export async function writeAndTell(language: Language, telling: Telling, context: Context): Promise<string> {
  const { prompt, count, isJson, way } = telling;
  const { terminal, output } = context;
  const isWhole = isJson || count > 1 || way.kind === "search" || way.options.alternatives !== undefined;
  if (!isWhole) {
    let text = "";
    for await (const piece of stream(language, { prompt, ...way.options })) {
      text += piece.text;
      terminal.out(piece.text);
    }
    terminal.out("\n");
    return text;
  }
  const texts = await textsOf(language, telling);
  const told = texts.map((one) => detailsOf(one, language.tokenizer));
  const shown = texts.map((one, i) => (one.alternatives === undefined ? one.text : tableOf(told[i]!.tokens!)));
  output.result({ texts: told }, shown.join("\n---\n"));
  return texts[0]!.text;
}

async function textsOf(language: Language, { prompt, count, way }: Telling): Promise<readonly Completion[]> {
  if (way.kind === "search") return beamSearch(language, { prompt, ...way.options });
  return complete(language, { prompt: Array.from({ length: count }, () => prompt), ...way.options });
}

interface TokenDetails {
  readonly text: string;
  readonly logProb: number;
  readonly alternatives: readonly { readonly text: string; readonly logProb: number }[];
}

interface Details extends Pick<Completion, "text" | "finish"> {
  readonly logProb: number;
  readonly score?: number;
  readonly tokens?: readonly TokenDetails[];
}

function detailsOf(completion: Completion & { readonly score?: number }, tokenizer: Tokenizer): Details {
  const { text, finish, logProbs, tokens, alternatives, score } = completion;
  const of = ({ token, logProb }: { readonly token: number; readonly logProb: number }) => ({
    text: tokenizer.decode([token]),
    logProb,
  });
  return {
    text,
    finish,
    logProb: logProbs.reduce((a, b) => a + b, 0),
    ...(score === undefined ? {} : { score }),
    ...(alternatives === undefined
      ? {}
      : {
          tokens: tokens.map((token, i) => ({
            ...of({ token, logProb: logProbs[i]! }),
            alternatives: alternatives[i]!.map(of),
          })),
        }),
  };
}

/** A line for each token: itself, its log p, and the likeliest. */
function tableOf(tokens: readonly TokenDetails[]): string {
  const shown = ({ text, logProb }: Pick<TokenDetails, "text" | "logProb">): string =>
    `${JSON.stringify(text)} ${showNumber(logProb)}`;
  return tokens.map((token) => [token, ...token.alternatives].map(shown).join("\t")).join("\n");
}
