/** @file The gated unit of van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders", eq. 2. */
import type { Tensor } from "@gen/core";

/** tanh a · σ(b), a and b the halves of the channels: [N, 2C, …] → [N, C, …] */
export function gate(x: Tensor): Tensor {
  const half = x.shape[1]! / 2;
  const [a, b] = x.split([half, half], 1) as [Tensor, Tensor];
  return a.tanh().mul(b.sigmoid());
}
