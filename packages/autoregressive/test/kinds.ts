/** @file A small model of each kind that draws, and its files that do: what tests of exported draws go through. */
import type { ExportFile, Model } from "@gen/core";
import {
  gpt2,
  logisticMixture,
  Made,
  Nade,
  pixelCnn,
  pixelCnnPlusPlus,
  pixelFiles,
  RecurrentText,
  rollFiles,
  RollModel,
  softmaxLevels,
  textFiles,
  vectorFiles,
  type PixelModel,
} from "../src/index.js";
import { models } from "./pixels/models.js";

export interface Kind {
  readonly model: Model;
  /** Those that draw. */
  readonly files: Readonly<Record<string, ExportFile>>;
}

const kind = <M extends Model>(model: M, files: (model: M) => Readonly<Record<string, ExportFile>>): (() => Kind) => {
  return () => ({
    model,
    files: Object.fromEntries(Object.entries(files(model)).filter(([, { draws }]) => draws !== undefined)),
  });
};

const pictures: Readonly<Record<string, PixelModel>> = {
  ...Object.fromEntries(Object.entries(models).map(([name, make]) => [name, make([1, 4, 4])])),
  "PixelCNN of two colours": pixelCnn({
    shape: [2, 3, 3],
    law: softmaxLevels({ channels: 2, levels: 4 }),
    ...{ hidden: 4, blocks: 1, head: 8, firstKernel: 3 },
  }),
  "PixelCNN++ in colour": pixelCnnPlusPlus({
    shape: [3, 2, 2],
    law: logisticMixture({ channels: 3, levels: 16, components: 3 }),
    ...{ channels: 4, blocks: 1, scales: 2, classes: 2 },
  }),
};

const text = { vocabulary: 7, context: 12 };

export const kinds: Readonly<Record<string, () => Kind>> = {
  ...Object.fromEntries(Object.entries(pictures).map(([name, model]) => [name, kind(model, pixelFiles)])),
  NADE: kind(new Nade({ dim: 6, hidden: 8 }), vectorFiles),
  MADE: kind(new Made({ dim: 6, hidden: [16], orders: 2 }), vectorFiles),
  "MADE of real numbers": kind(new Made({ dim: 4, hidden: [16], components: 3 }), vectorFiles),
  music: kind(new RollModel({ pitches: 6, hidden: 8, noteHidden: 12 }), rollFiles),
  GPT: kind(gpt2({ ...text, layers: 1, heads: 2, features: 16 }), (model) => textFiles(model, { start: 0 })),
  LSTM: kind(new RecurrentText({ vocabulary: 7, features: 8, layers: 1 }), (model) => textFiles(model, { start: 0 })),
};
