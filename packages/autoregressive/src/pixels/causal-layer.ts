/**
 * @file Layers that see only what comes before in raster order, in two forms: over whole pictures, to train, and pixel by
 * pixel, to sample. In the second form a layer keeps what it needs of the rows above and of the pixels to the left, so that a
 * new pixel costs one column of products instead of a whole picture.
 * After Ramachandran et al. 2017, "Fast Generation for Convolutional Autoregressive Models". arXiv:1704.06001
 */
import type { Tensor } from "@gen/core";

/** What a layer gives at one pixel. */
export interface AtPixel {
  /** [n, C, 1, 1] each. */
  readonly outputs: readonly Tensor[];
  /** What is kept, once it is known what came in. */
  keep(x: Tensor): Kept;
}

/** What is kept of a pixel. */
export interface Kept {
  /** For the pixels to the right, in this row. */
  readonly left: readonly Tensor[];
  /** For the rows below: [n, C] each. */
  readonly row: readonly Tensor[];
}

export interface CausalLayer {
  /** Over whole pictures. @param x [N, C, H, W] @returns [N, C', H, W] each */
  whole(x: Tensor): readonly Tensor[];

  /** What lasts from row to row, before the first row of pictures of width W. */
  firstRow(n: number, W: number): readonly Tensor[];
  /** At the beginning of a row, what the rows above tell its pixels: [n, C, W] each. */
  atRow(state: readonly Tensor[]): readonly Tensor[];
  /** What lasts from pixel to pixel, before the first of a row. */
  firstPixel(n: number): readonly Tensor[];
  /**
   * @param x [n, C, 1, 1]
   * @param told what `atRow` gave, at this pixel: [n, C] each
   * @param left what lasts
   */
  atPixel(x: Tensor, told: readonly Tensor[], left: readonly Tensor[]): AtPixel;
  /** At the end of a row: `kept` is what its pixels kept, [n, C, W] each. */
  nextRow(state: readonly Tensor[], told: readonly Tensor[], kept: readonly Tensor[]): readonly Tensor[];
}

/** One visit to one pixel: it runs layers in the order in which the network calls them, each with its own memory. */
export interface PixelVisit {
  run(layer: CausalLayer, x: Tensor): readonly Tensor[];
}

/** A layer over whole pictures, or at the pixel that is visited. */
export function run(layer: CausalLayer, x: Tensor, visit: PixelVisit | undefined): readonly Tensor[] {
  return visit === undefined ? layer.whole(x) : visit.run(layer, x);
}
