/** @file What is true of the files of every recipe, wherever an ONNX Runtime opens them. */
import { key, ndarray, normalDraws, sizeOf, type NdArray, type Runtime } from "@gen/core";
import { exportFiles } from "@gen/core/onnx";
import { expect } from "vitest";
import { exportedFiles, type Flow } from "../src/index.js";
import { moved } from "./density-laws.js";

/** Opens the bytes of a file on one provider. */
export type Opener = Parameters<typeof exportFiles>[2][number];

export interface FilesCase {
  readonly name: string;
  readonly make: () => Flow;
  /** The trainer. */
  readonly runtime: Runtime;
  /** Without anything of ours. */
  readonly opener: Opener;
  /** Files to leave out. */
  readonly without?: readonly string[];
}

/** Each file agrees with the trainer, to 1e-4 or what it says of itself, and decode.onnx undoes encode.onnx to 1e-4. */
export async function expectFiles({ name, make, runtime, opener, without = [] }: FilesCase): Promise<void> {
  const { flow, store } = await moved(runtime, make());
  const files = Object.entries(exportedFiles(flow)).filter(([file]) => !without.includes(file));
  const request = { family: "flow", name, files: Object.fromEntries(files) };
  const written = await exportFiles(request, { runtime, store }, [opener]); // throws for one that differs

  const n = 7;
  const draws = (row: readonly number[], seed: number): NdArray =>
    ndarray(normalDraws(key(seed), n * sizeOf(row)), [n, ...row]);
  const condition: Record<string, NdArray> = flow.contextDim > 0 ? { context: draws([flow.contextDim], 2) } : {};
  const x = draws(flow.shape, 1);
  const run = async (file: string, inputs: Record<string, NdArray>): Promise<NdArray> => {
    const opened = await opener.open(written.get(file)!);
    const outputs = await opened.run({ ...inputs, ...condition });
    await opened.close();
    return Object.values(outputs)[0]!;
  };
  const again = await run("decode.onnx", { z: await run("encode.onnx", { x }) });
  x.data.forEach((v, i) =>
    expect(Math.abs(Number(again.data[i]) - Number(v))).toBeLessThan(1e-4 * (1 + Math.abs(Number(v)))),
  );
}
