import { ndarray, uniformDraws, key } from "@gen/core";
import { describeModelGradients } from "@gen/core/testing";
import { PictureClassifier } from "../src/index.js";

describeModelGradients("PictureClassifier", () => {
  const model = new PictureClassifier({ shape: [1, 5, 5], classes: 3, features: 4, channels: [2, 3] });
  return {
    model,
    batch: { x: ndarray(uniformDraws(key(0), 100), [4, 1, 5, 5]), label: ndarray([0, 1, 2, 0], [4], "i32") },
    loss: ({ x, label }, scope) => model.loss({ x: x!, label: label! }, scope).loss,
  };
});
