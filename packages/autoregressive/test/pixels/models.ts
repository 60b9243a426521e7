/** @file A small picture model of each kind: what the tests of whole models go through. */
import { gatedPixelCnn, pixelCnn, type PixelModel } from "../../src/index.js";

type Make = (shape: readonly [number, number, number]) => PixelModel;

export const models: Readonly<Record<string, Make>> = {
  PixelCNN: (shape) => pixelCnn({ shape, hidden: 8, blocks: 2, head: 16, firstKernel: 5 }),
  "Gated PixelCNN": (shape) => gatedPixelCnn({ shape, channels: 16, layers: 4, firstKernel: 5 }),
};
