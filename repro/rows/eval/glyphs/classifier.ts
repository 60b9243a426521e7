/** @file The features that glyph samples are compared in: a classifier of letters and digits. */
import { classifierRow } from "../../../src/classifier-row.js";

export const row = classifierRow({ set: "glyphs", batchSize: 100, steps: 4000, learningRate: 2e-3 });
