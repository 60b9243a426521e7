/** @file One step of long short-term memory from its gates, for cells over rows and diagonals of pictures. */
import { constant, ndarray, type Tensor } from "@gen/core";

/**
 *     i, f, o = σ(…)   g = tanh(…)   of the gates, in the order i f o g
 *     c ← f c + i g        h ← o tanh c
 *
 * @param gates [… 4H]
 * @param c [… H]
 */
export function lstmStep(gates: Tensor, c: Tensor): { h: Tensor; c: Tensor } {
  const H = c.shape.at(-1)!;
  const g = gates.slice(-1, 3 * H).tanh();
  const [i, f, o] = gates
    .slice(-1, 0, 3 * H)
    .sigmoid()
    .split([H, H, H]) as [Tensor, Tensor, Tensor];
  const next = f.mul(c).add(i.mul(g));
  return { h: o.mul(next.tanh()), c: next };
}

/** 1 for each forget gate, 0 for the other gates, added so that the past is kept at first. @returns [1, directions · 4H, 1, 1] */
export function forgetBias(H: number, directions: number): Tensor {
  const isForget = (k: number): boolean => Math.floor(k / H) % 4 === 1;
  const size = directions * 4 * H;
  return constant(
    ndarray(
      Float32Array.from({ length: size }, (_, k) => Number(isForget(k))),
      [1, size, 1, 1],
    ),
  );
}
