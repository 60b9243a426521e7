/** @file What both ways of sampling pixels take. */
import type { Tensor } from "@gen/core";
import type { PixelLaw } from "./law.js";
import type { PixelContext, PixelNetwork } from "./network.js";

export interface PixelSampling {
  readonly network: PixelNetwork;
  readonly law: PixelLaw;
  readonly context: PixelContext;
  /** Pixel i is drawn from its child i. */
  readonly key: Tensor;
  /** [n, C, H, W], encoded: what is known, and 0 elsewhere. */
  readonly start: Tensor;
  /** [n] i32: how many pixels are known; none without it. */
  readonly known: Tensor | undefined;
}
