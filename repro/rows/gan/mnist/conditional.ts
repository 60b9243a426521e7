/** @file A GAN of MNIST of dense layers that knows the classes, measured as gan/mnist/parzen. */
import { denseMnistGan } from "../../../src/gan-mnist-dense.js";

export const row = denseMnistGan({
  id: "gan/mnist/conditional",
  name: "GAN, dense, by class",
  conditional: true,
  batchNorm: true,
  truncation: 2.5,
});
