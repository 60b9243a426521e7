/** @file What a run says about itself, so that its report can be made again from the folder alone. */
import { isRecord } from "../schema/config.js";

/** A number and how to read it. */
export interface Quantity {
  /** "Negative ELBO". */
  readonly label: string;
  /** "nats", "bits/dim"; empty for a plain number. */
  readonly unit: string;
  /** Which direction is better; absent where neither is. */
  readonly better?: "lower" | "higher";
  /** Heading of a chart that it shares with others; one of its own unless given. */
  readonly chart?: string;
}

/** The heading of a picture or of sounds, and a sentence on what it shows. */
export interface PictureText {
  readonly title: string;
  readonly caption: string;
}

/** A curve's heading, a sentence on it, and what its axes are. */
export interface CurveText extends PictureText {
  readonly xLabel: string;
  readonly yLabel: string;
}

/** Where a run comes from: the `made` of its config.json. */
export interface Made {
  /** Version of gen. */
  readonly gen: string;
  readonly node: string;
  readonly onnxruntime: string;
  readonly machine: string;
  /** ISO 8601. */
  readonly created: string;
  readonly family: string;
  /** What was learned from: "glyphs, 28×28, 6,200 of them". */
  readonly data: string;
  /** Numbers that are learned. */
  readonly parameters: number;
  /** Operations in the graph that one step of training is. */
  readonly operations: number;
  readonly loss: Quantity;
  /** Other outputs of a step that have curves. */
  readonly parts: Readonly<Record<string, Quantity>>;
  /** Measured on held-out data, the most telling first. */
  readonly metrics: Readonly<Record<string, Quantity>>;
  readonly pictures: Readonly<Record<string, PictureText>>;
  /** What there is to listen to. */
  readonly recordings: Readonly<Record<string, PictureText>>;
}

const plain: Quantity = { label: "Loss", unit: "" };

/** What is there, with something sensible for what is not: an old or edited config still gets its report. */
export function readMade(made: Readonly<Record<string, unknown>> = {}): Made {
  const text = (key: string): string => (typeof made[key] === "string" ? made[key] : "");
  const record = <T>(key: string): Readonly<Record<string, T>> =>
    isRecord(made[key]) ? (made[key] as Record<string, T>) : {};
  return {
    gen: text("gen"),
    node: text("node"),
    onnxruntime: text("onnxruntime"),
    machine: text("machine"),
    created: text("created"),
    family: text("family"),
    data: text("data"),
    parameters: typeof made["parameters"] === "number" ? made["parameters"] : 0,
    operations: typeof made["operations"] === "number" ? made["operations"] : 0,
    loss: { ...plain, ...record<never>("loss") },
    parts: record("parts"),
    metrics: record("metrics"),
    pictures: record("pictures"),
    recordings: record("recordings"),
  };
}
