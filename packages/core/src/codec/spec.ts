/** @file Codecs as data, for `card.json`, and back. */
import { GenError } from "../error.js";
import { JsonReader } from "../json-reader.js";
import { ndarray } from "../ndarray.js";
import { sizeOf, type Shape } from "../shape.js";
import { Chain } from "./chain.js";
import type { Codec } from "./codec.js";
import type { Column } from "./column.js";
import { Affine, Logit, Standardise } from "./elementwise.js";
import { Binarise, Dequantise, Intensities } from "./pixels.js";
import type { Noise } from "./noise.js";
import { Table } from "./table.js";

/** A codec as plain data. */
export type CodecSpec =
  | { readonly kind: "intensities"; readonly shape: Shape; readonly levels: number }
  | { readonly kind: "binarise"; readonly shape: Shape; readonly threshold: number }
  | {
      readonly kind: "dequantise";
      readonly shape: Shape;
      readonly levels: number;
      /** "given": learned, and not part of these data. */
      readonly noise: "uniform" | "none" | "given";
    }
  | { readonly kind: "affine"; readonly shape: Shape; readonly scale: number; readonly shift: number }
  | { readonly kind: "logit"; readonly shape: Shape; readonly lambda: number }
  | {
      readonly kind: "standardise";
      readonly shape: Shape;
      /** Shape of the moments, which broadcasts to that of a row. */
      readonly moments: Shape;
      readonly mean: readonly number[];
      readonly std: readonly number[];
    }
  | {
      readonly kind: "table";
      readonly columns: readonly Column[];
      readonly noise: "uniform" | "none";
      readonly categories: "onehot" | "index";
      readonly gaps: "indicator" | "mask";
    }
  | { readonly kind: "chain"; readonly parts: readonly CodecSpec[] };

export interface CodecOfOptions {
  /** How errors call the data. @default "card.json" */
  readonly file?: string;
  /** The learned noise of a codec that was made with one. */
  readonly noise?: Noise;
}

const KINDS = [
  "intensities",
  "binarise",
  "dequantise",
  "affine",
  "logit",
  "standardise",
  "table",
  "chain",
] as const satisfies CodecSpec["kind"][];
/** Codecs inside codecs: more is a mistake or an attack. */
const DEPTH = 4;
/** Numbers of a row: 4096 × 4096 pixels of four channels. */
const LARGEST = 2 ** 26;

/**
 * The codec that `describe().spec` was taken from. The data may come from anywhere: everything is checked.
 *
 * @throws GenError `format` naming the field that is not as expected, `option` if learned noise is needed and not given
 */
export function codecOf(spec: unknown, { file = "card.json", noise }: CodecOfOptions = {}): Codec {
  return read(new JsonReader(file, "codec", spec), noise, DEPTH);
}

function read(spec: JsonReader, noise: Noise | undefined, depth: number): Codec {
  const kind = spec.choice("kind", KINDS);
  switch (kind) {
    case "intensities":
      return new Intensities({
        shape: shapeOf(spec, "shape"),
        levels: spec.field("levels") === undefined ? 0 : spec.number("levels"),
      });
    case "binarise":
      return new Binarise({ shape: shapeOf(spec, "shape"), threshold: spec.number("threshold") });
    case "dequantise": {
      const name = spec.choice("noise", ["uniform", "none", "given"]);
      if (name === "given" && noise === undefined) {
        throw new GenError("option", `${spec.file}: expected the learned noise of this codec, got none`, {
          fix: "give it as `noise`: it is part of the model, not of the card",
        });
      }
      const chosen = name === "given" ? noise! : name;
      return new Dequantise({ shape: shapeOf(spec, "shape"), levels: spec.number("levels"), noise: chosen });
    }
    case "affine":
      return new Affine({ shape: shapeOf(spec, "shape"), scale: spec.number("scale"), shift: spec.number("shift") });
    case "logit":
      return new Logit({ shape: shapeOf(spec, "shape"), lambda: spec.number("lambda") });
    case "standardise": {
      const moments = shapeOf(spec, "moments");
      const numbers = (name: string) => {
        const values = spec.list(name, (entry) => entry.asNumber());
        if (values.length !== sizeOf(moments)) throw spec.wrong(name, `${sizeOf(moments)} numbers`, values.length);
        return ndarray(values, moments);
      };
      return new Standardise({ shape: shapeOf(spec, "shape"), mean: numbers("mean"), std: numbers("std") });
    }
    case "table":
      return new Table({
        columns: spec.list("columns", readColumn),
        noise: spec.choice("noise", ["uniform", "none"]),
        categories: spec.choice("categories", ["onehot", "index"]),
        gaps: spec.choice("gaps", ["indicator", "mask"]),
      });
    case "chain":
      if (depth === 0) throw spec.wrong("parts", `at most ${DEPTH} codecs inside each other`, "more");
      return new Chain(spec.list("parts", (part) => read(part, noise, depth - 1)));
  }
}

function shapeOf(spec: JsonReader, name: string): Shape {
  const shape = spec.list(name, (extent) => extent.asNumber());
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0) || sizeOf(shape) > LARGEST) {
    throw spec.wrong(name, "whole numbers ≥ 1", shape);
  }
  return shape;
}

function readColumn(entry: JsonReader): Column {
  const name = entry.string("name");
  const named = entry.field("unit") === undefined ? { name } : { name, unit: entry.string("unit") };
  const kind = entry.choice("kind", ["real", "integer", "categorical", "constant"]);
  const categories = (): string[] => entry.list("categories", (each) => each.asString());
  switch (kind) {
    case "constant": {
      const constant = { ...named, kind, value: entry.number("value") };
      return entry.field("categories") === undefined ? constant : { ...constant, categories: categories() };
    }
    case "categorical":
      return { ...named, kind, gaps: entry.boolean("gaps"), categories: categories() };
    default: {
      const numbers = { low: entry.number("low"), high: entry.number("high"), mean: entry.number("mean") };
      const [rounding, std] = [entry.number("rounding"), entry.number("std")];
      if (!(rounding >= 0)) throw entry.wrong("rounding", "a number ≥ 0", rounding);
      if (!(std > 0)) throw entry.wrong("std", "a number > 0", std);
      return { ...named, kind, gaps: entry.boolean("gaps"), rounding, ...numbers, std };
    }
  }
}
