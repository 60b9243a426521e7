/** @file Files of an exported model run in a process that has onnxruntime-node and nothing of ours. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { NdArray } from "@gen/core";

export interface AloneRequest {
  readonly file: string;
  readonly inputs: Readonly<Record<string, NdArray>>;
}

/** The outputs of each request, as plain numbers. */
export async function alone(folder: string, requests: readonly AloneRequest[]): Promise<Record<string, number[]>[]> {
  const plain = requests.map(({ file, inputs }) => ({
    file,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([name, { dtype, shape, data }]) => [
        name,
        { dtype, shape, data: Array.from(data as ArrayLike<number | bigint>, Number) },
      ]),
    ),
  }));
  const script = join(import.meta.dirname, "alone.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [script, folder, JSON.stringify(plain)], {
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as Record<string, number[]>[];
}
