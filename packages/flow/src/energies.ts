/**
 * @file The four energies of the plane that show what a flow can bend to; p(z) ∝ e^(−U(z)).
 * Rezende & Mohamed 2015, "Variational Inference with Normalizing Flows", table 1. arXiv:1505.05770
 */
import { logSumExp, stack, type Tensor } from "@gen/core";

/** U(z) of each row. [N, 2] → [N] */
export type Energy = (z: Tensor) => Tensor;

/** Half the square of (a − b)/s. */
const bowl = (a: Tensor, s: number): Tensor =>
  a
    .mul(1 / s)
    .square()
    .mul(0.5);

/** −log(e^(−a) + e^(−b)) */
const either = (a: Tensor, b: Tensor): Tensor => logSumExp(stack([a.neg(), b.neg()], 1), 1).neg();

const parts = (z: Tensor): { z1: Tensor; z2: Tensor; w1: Tensor } => {
  const [z1, z2] = z.split([1, 1], 1).map((part) => part.squeeze(1)) as [Tensor, Tensor];
  return { z1, z2, w1: z1.mul(Math.PI / 2).sin() };
};

/** Rows beyond ±4 along z₁ are pushed back: the paper draws its last three energies in that window, and they are level along it. */
const wall = (z1: Tensor): Tensor => bowl(z1.abs().sub(4).relu(), 0.4);

/** A ring of radius 2 whose left and right sides are likely. */
export const u1: Energy = (z) => {
  const { z1 } = parts(z);
  const radius = z.square().sum(1).add(1e-12).sqrt();
  return bowl(radius.sub(2), 0.4).add(either(bowl(z1.sub(2), 0.6), bowl(z1.add(2), 0.6)));
};

/** A sine wave. */
export const u2: Energy = (z) => {
  const { z1, z2, w1 } = parts(z);
  return bowl(z2.sub(w1), 0.4).add(wall(z1));
};

/** A sine wave that parts in the middle. */
export const u3: Energy = (z) => {
  const { z1, z2, w1 } = parts(z);
  const w2 = bowl(z1.sub(1), 0.6).neg().exp().mul(3);
  return either(bowl(z2.sub(w1), 0.35), bowl(z2.sub(w1).add(w2), 0.35)).add(wall(z1));
};

/** A sine wave that forks. */
export const u4: Energy = (z) => {
  const { z1, z2, w1 } = parts(z);
  const w3 = z1
    .sub(1)
    .mul(1 / 0.3)
    .sigmoid()
    .mul(3);
  return either(bowl(z2.sub(w1), 0.4), bowl(z2.sub(w1).add(w3), 0.35)).add(wall(z1));
};

export const energies = { u1, u2, u3, u4 } as const;
