/** @file What the card of an exported model says of its making. */
import type { Card } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import type { Score } from "./output/score.js";
import { isRecord } from "./schema/config.js";

/** What gen writes into the card's `recipe`. */
export interface Origin {
  readonly recipe: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Names of the classes that a model was conditioned on or could have been, by their number. */
  readonly classes?: readonly string[];
  /** Samples a second, of sounds. */
  readonly rate?: number;
  /** Words that it knows; the first has the number 1. */
  readonly words?: readonly string[];
  /** Of the table that it was trained on. */
  readonly columns?: readonly ColumnInfo[];
  /** How to play what it draws, of a model of music. */
  readonly score?: Score;
}

/** What a card says of how its model was made; empty where something else than gen made it. */
export function originOf({ recipe: made }: Card): Origin {
  const record = isRecord(made) ? made : {};
  const { recipe, options, classes, rate, words, columns, score } = record;
  return {
    recipe: typeof recipe === "string" ? recipe : "",
    options: isRecord(options) ? options : {},
    ...(Array.isArray(classes) ? { classes: classes.map(String) } : {}),
    ...(typeof rate === "number" ? { rate } : {}),
    ...(Array.isArray(words) ? { words: words.map(String) } : {}),
    ...(Array.isArray(columns) ? { columns: columns as ColumnInfo[] } : {}),
    ...(isScore(score) ? { score } : {}),
  };
}

function isScore(score: unknown): score is Score {
  if (!isRecord(score) || ![score["low"], score["stepsPerQuarter"], score["tempo"]].every(Number.isFinite))
    return false;
  const { instruments } = score;
  if (instruments === undefined) return true;
  return isRecord(instruments) && Array.isArray(instruments["programs"]) && Number.isInteger(instruments["pitches"]);
}
