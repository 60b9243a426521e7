/** @file Which flow a choice of options means, and what stands between it and the data. */
import { GenError, showShape, sizeOf, type Dataset, type Shape } from "@gen/core";
import { Chain, Dequantise, fitStandardise, fitTable, Logit, type Codec, type ColumnInfo } from "@gen/core/codec";
import {
  cnf,
  glow,
  iaf,
  maf,
  nice,
  nsf,
  planarDensity,
  radialDensity,
  realNvp,
  realNvpImage,
  residualFlow,
  type Flow,
} from "@gen/flow";
import { defineOptions, type OptionsOf } from "../schema/schema.js";

const LAYERED = ["nsf", "nsf-autoregressive", "realnvp", "maf", "iaf", "nice", "residual"] as const;
const DENSE = [...LAYERED, "cnf"] as const;
const PICTURES = ["multi-scale", "glow"] as const;
/** Of rows, one half of which decides how the other moves. */
const COUPLINGS = ["nsf", "realnvp", "nice"] as const;

export const flowModelOptions = defineOptions({
  model: {
    kind: "choice",
    choices: [...DENSE, "planar", "radial", ...PICTURES],
    default: "nsf",
    description: "Which flow; multi-scale and glow are for pictures",
  },
  depth: {
    kind: "integer",
    default: 4,
    min: 1,
    appliesWhen: { model: [...LAYERED, "planar", "radial", "glow"] },
    description: "Layers, or steps at each scale of glow",
  },
  hidden: {
    kind: "integers",
    default: [128, 128],
    min: 1,
    unit: "units",
    appliesWhen: { model: [...DENSE] },
    description: "Hidden layers of the networks",
  },
  channels: {
    kind: "integer",
    default: 32,
    min: 1,
    appliesWhen: { model: [...PICTURES] },
    description: "Channels of the networks",
  },
  levels: {
    kind: "integer",
    default: 2,
    min: 1,
    appliesWhen: { model: [...PICTURES] },
    description: "Scales; height and width divide by 2 once for each",
  },
  solver: {
    kind: "choice",
    choices: ["fixed", "adaptive"],
    default: "fixed",
    appliesWhen: { model: "cnf" },
    description:
      "How rows follow the field once it is learned: Runge–Kutta, or Dormand–Prince with steps of its own for each row, which is nearer and slower; it is learned by the first",
  },
  solverSteps: {
    kind: "integer",
    default: 16,
    min: 1,
    appliesWhen: { model: "cnf" },
    description: "Steps of the fixed solver",
  },
  tolerance: {
    kind: "number",
    default: 1e-5,
    above: 0,
    appliesWhen: { solver: "adaptive" },
    description: "Error of a step that the adaptive solver allows, relative to 1 + |x|",
  },
  conditional: { kind: "boolean", default: false, description: "Condition on the class, where the data has classes" },
  given: { kind: "string", description: "Columns of a table to condition the others on, with commas between" },
});

type Options = OptionsOf<typeof flowModelOptions>;

/** How far the logit of pictures stays away from black and white, as in Dinh et al. 2017, §4.1. */
const LAMBDA = 0.05;

/** The models with ActNorm layers, which start from data. */
export const startsFromData = ({ model }: Options): boolean =>
  ["maf", "residual", "multi-scale", "glow"].includes(model);

/** Those whose inverse is one pass, so that dynamics of their codes do not take long. */
export const isQuick = ({ model }: Options): boolean =>
  ["nsf", "realnvp", "nice", "multi-scale", "glow"].includes(model);

/** Columns of a table, by their place: those that are modelled, and those they are conditioned on. */
export interface Parts {
  readonly x: readonly number[];
  readonly context: readonly number[];
}

/** @throws GenError `option` for a column that is not there, or if none is left */
export function partsOf(given: string | undefined, columns: readonly ColumnInfo[] | undefined): Parts | undefined {
  if (columns === undefined) {
    if (given === undefined) return undefined;
    throw new GenError("option", "flow: expected a table for --given, got other data", { fix: "leave out --given" });
  }
  const names = columns.map(({ name }) => name);
  const wanted = given?.split(",").map((word) => word.trim()) ?? [];
  const unknown = wanted.find((name) => !names.includes(name));
  const rest = names.filter((name) => !wanted.includes(name));
  if (unknown !== undefined || rest.length === 0) {
    const got = unknown === undefined ? "all of them" : `"${unknown}"`;
    throw new GenError("option", `flow: --given: expected some of the columns ${names.join(", ")}, got ${got}`, {
      fix: "name columns that are there, and leave at least one to model",
    });
  }
  const holed = columns.find(({ name, gaps }) => wanted.includes(name) && gaps === true);
  if (holed !== undefined) {
    throw new GenError("data", `flow: --given: expected columns without gaps, got "${holed.name}"`, {
      fix: "model it, or omit it",
    });
  }
  const places = (of: readonly string[]): number[] => of.map((name) => names.indexOf(name));
  return { x: places(rest), context: places(wanted) };
}

/** Bytes are dequantised and go through the logit; columns are what the file says; other numbers are standardised. */
export async function codecOf(train: Dataset, columns: readonly ColumnInfo[] | undefined): Promise<Codec> {
  const { dtype, shape } = train.fields["x"]!;
  if (dtype === "u8") return new Chain([new Dequantise({ shape }), new Logit({ shape, lambda: LAMBDA })]);
  return columns === undefined ? fitStandardise(train) : fitTable(train, { columns });
}

export interface ModelParts {
  readonly codec: Codec;
  readonly contextCodec: Codec | undefined;
  readonly classes: number;
}

/** @throws GenError `option` for a model of pictures on rows, or a condition that the data does not have */
export function modelOf(options: Options, { codec, contextCodec, classes }: ModelParts): Flow {
  const { model, depth, hidden, channels, levels, solver, solverSteps, tolerance, conditional } = options;
  if (conditional && (classes === 0 || contextCodec !== undefined)) {
    const got = classes === 0 ? "data without" : "--given as well";
    throw new GenError("option", `flow: expected data with classes for --conditional, got ${got}`, {
      fix: "leave out --conditional",
    });
  }
  const shape: Shape = codec.output;
  const common = {
    codec,
    classes: conditional ? classes : 0,
    ...(contextCodec && { contextCodec, contextDim: sizeOf(contextCodec.output) }),
  };
  const rows = { ...common, dim: sizeOf(shape), depth, hidden };
  if ((model === "multi-scale" || model === "glow") && shape.length !== 3) {
    throw new GenError("option", `flow: expected pictures for --model ${model}, got rows ${showShape(shape)}`, {
      fix: "use --model nsf",
    });
  }
  if (rows.dim === 1 && (COUPLINGS as readonly string[]).includes(model)) {
    throw new GenError("option", `flow: expected rows of at least two numbers for --model ${model}, got one`, {
      fix: "use --model nsf-autoregressive, or maf",
    });
  }
  switch (model) {
    case "nsf":
      return nsf(rows);
    case "nsf-autoregressive":
      return nsf({ ...rows, kind: "autoregressive" });
    case "realnvp":
      return realNvp(rows);
    case "maf":
      return maf(rows);
    case "iaf":
      return iaf(rows);
    case "nice":
      return nice(rows);
    case "residual":
      return residualFlow(rows);
    case "cnf":
      return cnf({
        ...rows,
        depth: 1,
        steps: solverSteps,
        ...(solver === "adaptive" && { adaptive: { tolerance } }),
      });
    case "planar":
      return planarDensity(rows);
    case "radial":
      return radialDensity(rows);
    case "multi-scale":
      return realNvpImage({ ...common, shape, channels, levels });
    case "glow":
      return glow({ ...common, shape, channels, levels, depth });
  }
}
