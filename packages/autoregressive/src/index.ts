/** @file `@gen/autoregressive`: models that make a thing piece by piece, each piece given those before it. */
export { pixelFiles } from "./pixels/export.js";
export { gatedPixelCnn } from "./pixels/gated-pixel-cnn.js";
export type { GatedPixelCnnOptions } from "./pixels/gated-pixel-cnn.js";
export { binary } from "./pixels/law.js";
export type { PixelLaw } from "./pixels/law.js";
export type { PixelContext, PixelNetwork, PixelSizes } from "./pixels/network.js";
export { pixelCnn } from "./pixels/pixel-cnn.js";
export type { PixelCnnOptions } from "./pixels/pixel-cnn.js";
export { PixelModel } from "./pixels/pixel-model.js";
export type { PixelBatch, PixelDraw, PixelModelOptions } from "./pixels/pixel-model.js";
export { completePixels, pixelFields, pixelLogProb, samplePixels } from "./pixels/programs.js";
export type { PixelRows } from "./pixels/programs.js";
