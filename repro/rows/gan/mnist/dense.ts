/** @file A GAN of MNIST of dense layers, as in Goodfellow et al. 2014, arXiv:1406.2661, table 1; measured as gan/mnist/parzen. */
import { denseMnistGan } from "../../../src/gan-mnist-dense.js";

export const row = denseMnistGan({ id: "gan/mnist/dense", name: "GAN, dense", conditional: false });
