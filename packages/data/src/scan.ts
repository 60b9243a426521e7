/** @file SCAN: commands and the actions they mean, as sequences of words. */
import { arrays, GenError, ndarray, type Dataset } from "@gen/core";

/**
 * Fields: `source` i32 [S] and `target` i32 [T], words as indices into `sourceWords` and `targetWords`; after the last word
 * comes END, then PAD to the end.
 */
export interface ScanDataset extends Dataset {
  readonly name: string;
  readonly sourceWords: readonly string[];
  readonly targetWords: readonly string[];
}

export const PAD = 0;
export const END = 1;

const COMMANDS = "jump walk run look turn left right around opposite twice thrice and after".split(" ");
const ACTIONS = "I_TURN_LEFT I_TURN_RIGHT I_JUMP I_WALK I_RUN I_LOOK".split(" ");
/** The longest command of the grammar and what it means, each with its END. */
const LENGTHS = { source: 9 + 1, target: 48 + 1 } as const;

/**
 * Pairs from lines `IN: jump twice OUT: I_JUMP I_JUMP`.
 *
 * @throws GenError `format` naming the line and the word that is not of the grammar
 * @see Lake & Baroni 2018, "Generalization without systematicity", arXiv:1711.00350
 */
export function parseScan(text: string, { file }: { readonly file: string }): ScanDataset {
  const [sourceWords, targetWords] = [COMMANDS, ACTIONS].map((words) => ["<pad>", "<end>", ...words]) as [
    string[],
    string[],
  ];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const source = new Int32Array(lines.length * LENGTHS.source);
  const target = new Int32Array(lines.length * LENGTHS.target);
  const bad = (line: number, wanted: string, got: string): GenError =>
    new GenError("format", `${file}: line ${line + 1}: expected ${wanted}, got ${JSON.stringify(got.slice(0, 60))}`, {
      fix: "get it again",
    });
  lines.forEach((line, i) => {
    const found = /^IN: (.+) OUT: (.+)$/.exec(line.trimEnd());
    if (found === null) throw bad(i, "IN: … OUT: …", line);
    const fill = (
      to: Int32Array,
      { words, known, length }: { words: string[]; known: readonly string[]; length: number },
    ): void => {
      if (words.length >= length) throw bad(i, `at most ${length - 1} words`, words.join(" "));
      words.forEach((word, t) => {
        const index = known.indexOf(word);
        if (index <= END) throw bad(i, `one of ${known.slice(2).join(", ")}`, word);
        to[i * length + t] = index;
      });
      to[i * length + words.length] = END;
    };
    fill(source, { words: found[1]!.split(" "), known: sourceWords, length: LENGTHS.source });
    fill(target, { words: found[2]!.split(" "), known: targetWords, length: LENGTHS.target });
  });
  if (lines.length === 0) throw new GenError("data", `${file}: expected lines, got an empty file`);
  const set = arrays({
    source: ndarray(source, [lines.length, LENGTHS.source], "i32"),
    target: ndarray(target, [lines.length, LENGTHS.target], "i32"),
  });
  return { ...set, name: "scan", sourceWords, targetWords };
}
