/**
 * @file Muon: momentum whose matrices are made orthogonal before each step.
 * Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks", https://kellerjordan.github.io/posts/muon/
 */
import { GenError } from "../error.js";
import { showShape, sizeOf, type Shape } from "../shape.js";
import { state } from "../tensor/inputs.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkOption, realOf, statesLike, type Optimizer } from "./optimizer.js";
import { rateAt, type Rate } from "./schedule.js";

export interface MuonOptions {
  /** Step size α, before `scale`. @default 0.02 */
  readonly learningRate?: Rate;
  /** Share μ of the last velocity that is kept, in [0, 1). @default 0.95 */
  readonly momentum?: number;
  /** Looks ahead along the velocity. @default true */
  readonly nesterov?: boolean;
  /** Decoupled weight decay λ: each step also takes α·λ·θ, not scaled. @default 0 */
  readonly weightDecay?: number;
  /** Iterations of Newton and Schulz. @default 5 */
  readonly iterations?: number;
  /**
   * What α is multiplied by, for a matrix with `outputs` rows and `inputs` columns:
   * "spectral" √max(1, outputs / inputs), as its author does; "adam" 0.2·√max(outputs, inputs), so that a step is as long
   * as one of Adam's and takes its rate and decay (Liu et al. 2025, arXiv:2502.16982, eq. 4). @default "spectral"
   */
  readonly scale?: "spectral" | "adam";
}

/** a, b, c of p(x) = a x + b x³ + c x⁵: steepest at 0, and it brings every singular value near 1 in five rounds. */
const COEFFICIENTS = [3.4445, -4.775, 2.0315] as const;

/** A matrix shorter than this counts as 0. */
const SHORTEST = 1e-7;

/**
 * Muon, for the weights of hidden layers:
 *
 *     b ← μ b + g      θ ← θ − α (s · O(b) + λ θ)        (Nesterov: O(g + μ b))
 *     O(X) = U V⊤ nearly, where X = U S V⊤: X ← X / ‖X‖, then five times X ← a X + b (X X⊤) X + c (X X⊤)² X
 *
 * A weight [inputs, outputs] is one matrix, a convolution's kernel [outputs, …] one of as many rows. Embeddings, first
 * and last layers, norms and biases belong to another optimizer:
 *
 *     groups([{ match: (name, p) => p.rank >= 2 && name.startsWith("hidden."), optimizer: muon() },
 *             { match: () => true, optimizer: adamw() }])
 *
 * @throws GenError `option` for a number out of range; `shape`, when the step is made, for a parameter that is no matrix
 */
export function muon({
  learningRate = 0.02,
  momentum = 0.95,
  nesterov = true,
  weightDecay = 0,
  iterations = 5,
  scale = "spectral",
}: MuonOptions = {}): Optimizer {
  checkOption("muon", { learningRate, weightDecay }, [0]);
  checkOption("muon", { momentum }, [0, 1]);
  checkOption("muon", { iterations }, [1]);
  return {
    init: (names, params) => {
      params.forEach((p, i) => checkMatrix(names[i]!, p));
      return { step: state([], undefined, "i32"), ...statesLike(names, params, ["b"]) };
    },
    update: ({ names, params, grads, states }) => {
      const rate = rateAt(learningRate, states["step"]!, realOf(params));
      const next: Record<string, Tensor> = { step: states["step"]!.add(1) };
      const steps = names.map((name, i) => {
        const g = grads[i]!;
        const b = (next[`b.${name}`] = states[`b.${name}`]!.mul(momentum).add(g));
        const { outputs, inputs } = extents(g.shape);
        const s =
          scale === "spectral" ? Math.sqrt(Math.max(1, outputs / inputs)) : 0.2 * Math.sqrt(Math.max(outputs, inputs));
        const direction = orthogonal(nesterov ? b.mul(momentum).add(g) : b, iterations).mul(rate.mul(s));
        return weightDecay === 0 ? direction : direction.add(params[i]!.mul(rate.mul(weightDecay)));
      });
      return { steps, states: next };
    },
  };
}

/**
 * The nearest matrix with orthonormal rows (or columns, where they are fewer), to within a tenth or so: its singular
 * values lie between about 0.7 and 1.2. Axes from the second on count as one.
 *
 * @param x [R, …C]
 * @returns [R, …C]
 */
export function orthogonal(x: Tensor, iterations = 5): Tensor {
  const [a, b, c] = COEFFICIENTS;
  const matrix = x.flatten(); //                                            [R, C]
  const isTall = matrix.shape[0]! > matrix.shape[1]!;
  const wide = isTall ? matrix.transpose() : matrix; //                     the smaller extent makes the products X X⊤
  const norm = wide.square().sum().sqrt().maximum(SHORTEST);
  let y = wide.mul(norm.reciprocal());
  for (let i = 0; i < iterations; i++) {
    const gram = y.matmul(y.transpose());
    y = y.mul(a).add(gram.mul(b).add(gram.matmul(gram).mul(c)).matmul(y));
  }
  return (isTall ? y.transpose() : y).reshape(x.shape);
}

/** What a weight maps to what: `Linear` acts from the right, kernels have their outputs first. */
function extents(shape: Shape): { inputs: number; outputs: number } {
  const [first, ...rest] = shape as [number, ...number[]];
  return rest.length === 1 ? { inputs: first, outputs: rest[0]! } : { inputs: sizeOf(rest), outputs: first };
}

function checkMatrix(name: string, { shape }: Tensor): void {
  if (shape.length >= 2 && sizeOf(shape) > 0) return;
  throw new GenError("shape", `muon: expected matrices or kernels, got "${name}" ${showShape(shape)}`, {
    fix: "give it to another optimizer: groups([{ match: (name, p) => p.rank >= 2, optimizer: muon() }, { match: () => true, optimizer: adamw() }])",
  });
}
