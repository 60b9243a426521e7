import { pixelCnn } from "../../src/index.js";
import { describePixelModel } from "./laws.js";

describePixelModel("PixelCNN", {
  make: (shape) => pixelCnn({ shape, hidden: 6, blocks: 2, head: 8, firstKernel: 5 }),
  countable: [1, 2, 3],
});
describePixelModel("PixelCNN with classes and larger kernels", {
  make: (shape) => pixelCnn({ shape, hidden: 6, blocks: 1, head: 8, firstKernel: 3, kernel: 5, classes: 2 }),
  countable: [1, 3, 2],
});
