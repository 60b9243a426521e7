/** @file One step of long short-term memory from its gates, for cells over rows and diagonals of pictures. */
import type { Tensor } from "@gen/core";

/**
 *     i, f, o = σ(…)   g = tanh(…)   of the gates, in the order i f g o
 *     c ← f c + i g        h ← o tanh c
 *
 * One is added to the forget gate, so that the past is kept at first.
 *
 * @param gates [… 4H]
 * @param c [… H]
 */
export function lstmStep(gates: Tensor, c: Tensor): { h: Tensor; c: Tensor } {
  const H = c.shape.at(-1)!;
  const [i, f, g, o] = gates.split([H, H, H, H]) as [Tensor, Tensor, Tensor, Tensor];
  const next = f.add(1).sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
  return { h: o.sigmoid().mul(next.tanh()), c: next };
}
