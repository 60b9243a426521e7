/** @file The features that MNIST samples are compared in: a classifier of digits. */
import { classifierRow } from "../../../src/classifier-row.js";

export const row = classifierRow({ set: "mnist", batchSize: 100, steps: 4000, learningRate: 2e-3 });
