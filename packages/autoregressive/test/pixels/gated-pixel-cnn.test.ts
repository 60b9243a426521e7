import { gatedPixelCnn } from "../../src/index.js";
import { describePixelModel } from "./laws.js";

describePixelModel("Gated PixelCNN", {
  make: (shape) => gatedPixelCnn({ shape, channels: 4, layers: 3, kernel: 3, firstKernel: 5 }),
  countable: [1, 2, 3],
  wide: [1, 4, 4],
  isBlind: () => false,
});
describePixelModel("Gated PixelCNN with classes", {
  make: (shape) => gatedPixelCnn({ shape, channels: 4, layers: 2, kernel: 3, firstKernel: 3, classes: 2 }),
  countable: [1, 3, 2],
});
