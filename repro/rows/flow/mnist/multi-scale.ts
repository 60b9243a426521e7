/** @file The multi-scale RealNVP on MNIST. Dinh, Sohl-Dickstein & Bengio 2017, arXiv:1605.08803. */
import { mnistPictures } from "../../../src/flow-row.js";
import { multiScaleRow } from "../../../src/image-flow-row.js";

export const row = multiScaleRow({ id: "flow/mnist/multi-scale", pictures: mnistPictures, shape: [1, 28, 28] });
