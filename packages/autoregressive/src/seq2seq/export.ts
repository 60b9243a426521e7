/** @file The files of an exported encoder–decoder. */
import { inference, key, ndarray, uniformDraws, type ExportFile, type NdArray, type Sizes } from "@gen/core";
import { translation, type Translator } from "./translator.js";

/** network: pairs → log p(target | source); translate: source → the likeliest target, token by token, the loop inside. */
export function translatorFiles(translator: Translator): Readonly<Record<string, ExportFile>> {
  const { sourceVocabulary, targetVocabulary, sourceLength, targetLength, pad, end } = translator.options;
  const marks = `ended by ${end} and filled up with ${pad}`;
  const describe = {
    source: `indices of tokens, from 0 to ${sourceVocabulary - 1}, ${marks}`,
    target: `indices of tokens, from 0 to ${targetVocabulary - 1}, ${marks}`,
    logprob: "log p(target | source) of each pair, nats",
  };
  const symbols = { n: { from: "dim", input: "source", axis: 0 } } as const;
  const source = ({ n }: Sizes): NdArray => rows(n!, sourceLength, { count: sourceVocabulary, end });
  return {
    network: {
      purpose: "log p of targets given sources",
      trace: ({ n }) =>
        inference(translator, translator.fields(n!), (batch, scope) => ({
          logprob: translator.nats(batch, scope).neg(),
        })),
      symbols,
      describe,
      example: (sizes) => ({
        source: source(sizes),
        target: rows(sizes["n"]!, targetLength, { count: targetVocabulary, end }),
      }),
    },
    translate: {
      purpose: "the likeliest target of each source, token by token",
      trace: ({ n }) => translation(translator, { n: n! }),
      symbols,
      describe,
      example: (sizes) => ({ source: source(sizes) }),
    },
  };
}

function rows(n: number, length: number, { count, end }: { readonly count: number; readonly end: number }): NdArray {
  const u = uniformDraws(key(5), n * length);
  const tokens = Int32Array.from(u, (v, i) => (i % length === length - 1 ? end : Math.floor(v * count)));
  return ndarray(tokens, [n, length], "i32");
}
