/** @file Feature extractors: ONNX files that turn samples into rows of numbers that mean something, and into classes. */
import { GenError, ndarray, showShape, type NdArray, type Shape } from "@gen/core";
import { chunks, type Source } from "./source.js";

/** Runs an ONNX file: what `openSession` of `@gen/core/node` gives fits. */
export interface Session {
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Readonly<Record<string, NdArray>>>;
}

export interface ExtractorOptions {
  /** What reports call it. */
  readonly name: string;
  readonly session: Session;
  /** Of one sample, without the batch axis. Checked where given. */
  readonly shape?: Shape;
  /** The file's input. @default "x" */
  readonly input?: string;
  /** The file's output [N, …] that samples are compared by. @default "features" */
  readonly features?: string;
  /** The file's output [N, classes] with logits of classes, if it has one. */
  readonly logits?: string;
  /** Names of the classes, in the order of the logits. */
  readonly classes?: readonly string[];
}

/** What an extractor sees of some samples. */
export interface Extracted {
  /** [N, F] f32 */
  readonly features: NdArray;
  /** [N, classes] f32, where the file has logits. */
  readonly logits?: NdArray;
}

export interface Extractor {
  readonly name: string;
  readonly classes?: readonly string[];
  /**
   * @param x [N, …shape]: bytes from 0 to 255, which become intensities in [0, 1], or f32 as the file takes it
   * @throws GenError `shape` for samples of another shape, `format` if the file lacks an output
   */
  extract(x: NdArray): Promise<Extracted>;
}

/** A feature extractor over an open ONNX file. */
export function extractor(options: ExtractorOptions): Extractor {
  const { name, session, shape, input = "x", features = "features", logits, classes } = options;
  return {
    name,
    ...(classes === undefined ? {} : { classes }),
    async extract(x) {
      if (shape !== undefined && x.shape.slice(1).join() !== shape.join()) {
        throw new GenError(
          "shape",
          `${name}: expected samples of shape ${showShape(shape)}, got ${showShape(x.shape.slice(1))}`,
          { fix: "use an extractor for samples of this shape, or scale them" },
        );
      }
      const outputs = await session.run({ [input]: intensities(x) });
      const found = (output: string): NdArray => {
        const array = outputs[output];
        if (array !== undefined) return array;
        throw new GenError("format", `${name}: expected an output "${output}", got ${Object.keys(outputs).join(", ")}`);
      };
      return { features: found(features), ...(logits === undefined ? {} : { logits: found(logits) }) };
    },
  };
}

/** No features: samples are compared by their own numbers, bytes as intensities in [0, 1]. */
export const asTheyAre: Extractor = {
  name: "their own numbers",
  extract: (x) => Promise.resolve({ features: intensities(x) }),
};

/** Bytes as intensities in [0, 1]; f32 as it is. */
function intensities(x: NdArray): NdArray {
  if (x.dtype !== "u8") return x;
  return ndarray(
    Float32Array.from(x.data as Uint8Array, (value) => value / 255),
    x.shape,
  );
}

/**
 * What an extractor sees of any number of samples, a chunk at a time: memory does not grow with their number.
 *
 * @param samples [N, …shape], or a stream of such arrays
 */
export async function* extract(by: Extractor, samples: Source): AsyncGenerator<Extracted> {
  for await (const x of chunks(samples)) yield by.extract(x);
}

/** The features alone, as a source for any metric. */
export async function* featuresOf(by: Extractor, samples: Source): AsyncGenerator<NdArray> {
  for await (const { features } of extract(by, samples)) yield features;
}

/** What an extractor sees of all samples, stacked: for metrics that look at them more than once. */
export async function extractAll(by: Extractor, samples: Source): Promise<Extracted> {
  const [features, logits]: [NdArray[], NdArray[]] = [[], []];
  for await (const seen of extract(by, samples)) {
    features.push(seen.features);
    if (seen.logits !== undefined) logits.push(seen.logits);
  }
  return { features: stacked(features, by), ...(logits.length > 0 && { logits: stacked(logits, by) }) };
}

/** Chunks [n, W] under one another. */
function stacked(parts: readonly NdArray[], { name }: Extractor): NdArray {
  const [first] = parts;
  if (first === undefined) throw new GenError("data", `${name}: expected samples, got none`);
  const shape = [parts.reduce((rows, part) => rows + part.shape[0]!, 0), ...first.shape.slice(1)];
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  parts.reduce((at, part) => (data.set(part.data as Float32Array, at), at + part.data.length), 0);
  return ndarray(data, shape);
}
