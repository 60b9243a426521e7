/** @file What a script below `rows/` offers: it trains its row again, and evaluates the weights that are committed. */
import type { ExportRequest } from "@gen/core";
import type { NodeDevice } from "@gen/core/node";
import type { Contestant } from "./leaderboard.js";
import type { Entry } from "./ledger.js";

/** A measured number with the standard error that the count of test rows leaves. */
export interface Measured {
  readonly value: number;
  readonly standardError: number;
  /** Test rows. */
  readonly n: number;
}

export interface TrainOptions {
  /** Go on from the checkpoint of this row, if there is one. */
  readonly resume: boolean;
  /** Threads of the CPU; the result does not depend on them. */
  readonly threads: number;
  /** What computes, for a row that can choose. @default "cpu" */
  readonly device?: NodeDevice;
  /** Takes lines of progress. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a training gives back; its weights are in the file of the row by then (`files.ts`). */
export interface Result {
  readonly measured: Measured;
  /** Other numbers of the same model, by name and in the unit of the row: columns of a table. */
  readonly beside?: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Wall time of the training, over all of its relays; the evaluation is not part of it. */
  readonly seconds: number;
  readonly steps: number;
  /** What a reader needs to judge the number: sizes, optimizer, estimator. */
  readonly notes: string;
}

/** What a row knows of its exported model; its name and its metrics follow from the row. */
export interface Exported extends Pick<ExportRequest, "family" | "files" | "codec" | "data" | "licence"> {
  /** What the recipe says beside the id of the row. */
  readonly recipe?: Readonly<Record<string, unknown>>;
}

export interface Row extends Entry {
  /** Whether it can be trained on another device than the CPU. @default false */
  readonly choosesDevice?: boolean;
  /** Whether its training may stop at any step, and is measured where it is: with `--minutes`, or when interrupted. @default false */
  readonly isRelay?: boolean;
  /** Which rows were learned from, which chose the weights, which were measured. */
  readonly split: string;
  train(options: TrainOptions): Promise<Result>;
  /** Evaluates the committed weights on `n` random test rows. */
  check(n: number): Promise<Measured>;
  /** What its weights export as, for `--export`; none where there is no single model. */
  readonly exported?: () => Exported;
  /** Where it draws pictures of a set that has an extractor: for `pnpm repro leaderboard`. */
  readonly contestant?: Contestant;
}
