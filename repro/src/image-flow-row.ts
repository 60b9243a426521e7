/** @file Flows of pictures at two scales, on any set: the same networks and the same training for each. */
import type { Shape } from "@gen/core";
import { adam, chain, clipByGlobalNorm, cosine } from "@gen/core/optim";
import { glow, realNvpImage, type Flow } from "@gen/flow";
import { flowRow, pictureCodec, type FlowRowOptions } from "./flow-row.js";

const [batchSize, steps, lambda] = [32, 1_000, 0.05];

export interface ImageFlowOptions extends Pick<FlowRowOptions, "id" | "pictures"> {
  readonly shape: Shape;
}

/** Glow: Kingma & Dhariwal 2018, arXiv:1807.03039. */
export function glowRow({ shape, ...row }: ImageFlowOptions): ReturnType<typeof flowRow> {
  const model = glow({ shape, levels: 2, depth: 6, channels: 32, codec: pictureCodec({ shape, lambda }) });
  return trained(
    row,
    model,
    "two scales of 6 steps (ActNorm, 1×1 convolution by LU, affine coupling by 3×3, 1×1 and 3×3 convolutions of 32 channels)",
  );
}

/** The multi-scale RealNVP: Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803. */
export function multiScaleRow({ shape, ...row }: ImageFlowOptions): ReturnType<typeof flowRow> {
  const model = realNvpImage({ shape, levels: 2, channels: 16, blocks: 1, codec: pictureCodec({ shape, lambda }) });
  return trained(
    row,
    model,
    "two scales: three checkerboard and three channel couplings, then four checkerboard couplings, residual networks of 16 channels and one block, ActNorm before each",
  );
}

function trained(row: Omit<ImageFlowOptions, "shape">, model: Flow, about: string): ReturnType<typeof flowRow> {
  return flowRow({
    ...row,
    model,
    optimizer: chain(clipByGlobalNorm(50), adam({ learningRate: cosine(2e-3, { steps }) })),
    batchSize,
    steps,
    every: 500,
    startsFromData: true,
    average: 0.995,
    notes: `${about}; uniform dequantisation, logit with λ = ${lambda}; Adam 2e-3 with cosine decay, gradient norm ≤ 50, batch ${batchSize}, ${steps} steps; the average of the weights (0.995) with the best validation`,
  });
}
