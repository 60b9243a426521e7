/** @file What the tests of exported files share: files run with ONNX Runtime and nothing of ours, and held to the trainer's numbers. */
import { ndarray, type NdArray } from "@gen/core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect } from "vitest";

type Numbers = ArrayLike<number | bigint>;

export const numbers = ({ data }: { readonly data: unknown }): number[] => Array.from(data as Numbers, Number);

/** A whole number as files take it. */
export const whole = (value: number): NdArray => ndarray([BigInt(value)], [], "i64");

/** Every number within 1e-4·(1 + |value|) of the one wanted. */
export function expectClose(got: { readonly data: unknown }, wanted: { readonly data: unknown }): void {
  const [values, found] = [numbers(wanted), numbers(got)];
  expect(found).toHaveLength(values.length);
  found.forEach((v, i) => {
    const value = values[i]!;
    expect(Math.abs(v - value), `[${i}]: ${v} for ${value}`).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(value)));
  });
}

export async function runFile(
  path: string,
  inputs: Readonly<Record<string, NdArray>>,
): Promise<InferenceSession.OnnxValueMapType> {
  const names = { f32: "float32", i32: "int32", i64: "int64" } as const;
  const session = await InferenceSession.create(path, { logSeverityLevel: 3 });
  try {
    const tensors = Object.entries(inputs).map(([name, { dtype, data, shape }]) => [
      name,
      new Tensor(names[dtype as keyof typeof names], data as never, shape),
    ]);
    return await session.run(Object.fromEntries(tensors) as Record<string, Tensor>);
  } finally {
    await session.release();
  }
}
