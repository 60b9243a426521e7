/** @file A small picture model of each kind: what the tests of whole models go through. */
import { diagonalBiLstm, gatedPixelCnn, pixelCnn, rowLstm, type PixelModel } from "../../src/index.js";

type Make = (shape: readonly [number, number, number]) => PixelModel;

export const models: Readonly<Record<string, Make>> = {
  PixelCNN: (shape) => pixelCnn({ shape, hidden: 8, blocks: 2, head: 16, firstKernel: 5 }),
  "Gated PixelCNN": (shape) => gatedPixelCnn({ shape, channels: 16, layers: 4, firstKernel: 5 }),
  "Row LSTM": (shape) => rowLstm({ shape, hidden: 8, layers: 2, head: 16, firstKernel: 5 }),
  "Diagonal BiLSTM": (shape) => diagonalBiLstm({ shape, hidden: 8, layers: 1, head: 16, firstKernel: 5 }),
};
