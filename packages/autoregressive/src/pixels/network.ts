/** @file What a network of a pixel model is, and what it may know besides the pixels. */
import type { Scope, Shape, Tensor } from "@gen/core";
import type { PixelVisit } from "./causal-layer.js";
import type { PixelLaw } from "./law.js";

/** What a network is told besides the picture. */
export interface PixelContext {
  readonly scope: Scope;
  /** [N] i32, for a network with classes. */
  readonly label?: Tensor | undefined;
  /** The pixel that is visited, of a network that runs pixel by pixel; without it the network runs on whole pictures. */
  readonly visit?: PixelVisit | undefined;
}

/** What a network is made for. */
export interface PixelSizes {
  /** [C, H, W] of a picture. */
  readonly shape: Shape;
  readonly law: PixelLaw;
  /** Classes to condition on; 0 for none. */
  readonly classes: number;
}

/**
 * Gives the parameters of each pixel's law, from the pixels before it in raster order (and, of the same pixel, from the
 * colours before). Its parameters are its public fields.
 */
export interface PixelNetwork {
  /** Whether it is made of causal layers alone and can be run pixel by pixel, on [n, C, 1, 1], with a `visit`. */
  readonly visitsPixels: boolean;
  /** @param y [N, C, H, W], encoded @returns [N, P, H, W] */
  forward(y: Tensor, context: PixelContext): Tensor;
}
