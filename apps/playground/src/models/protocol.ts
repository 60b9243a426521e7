/** @file What the page and the worker that runs its models say to each other. */
import type { Card, Input, NdArray } from "@gen/core/sample";

/** Each is answered once, by its id. */
export type Request =
  | { readonly id: number; readonly do: "open"; readonly model: number; readonly url: string; readonly threads: number }
  | {
      readonly id: number;
      readonly do: "run";
      readonly model: number;
      readonly file: string;
      readonly inputs: Readonly<Record<string, Input>>;
    }
  | { readonly id: number; readonly do: "close"; readonly model: number };

/** Bytes so far, and in all. */
export interface Fetched {
  readonly loaded: number;
  readonly total: number;
}

export interface Problem {
  readonly message: string;
  readonly code?: string;
  readonly fix?: string | undefined;
}

/** What a worker says by itself: the device that it works on is gone, with all that was asked of it. */
export interface Lost {
  readonly is: "lost";
}

export type Answer =
  | { readonly id: number; readonly is: "progress"; readonly fetched: Fetched }
  | { readonly id: number; readonly is: "card"; readonly card: Card; readonly isKept: boolean }
  | { readonly id: number; readonly is: "outputs"; readonly outputs: Record<string, NdArray> }
  | { readonly id: number; readonly is: "done" }
  | { readonly id: number; readonly is: "problem"; readonly problem: Problem };
