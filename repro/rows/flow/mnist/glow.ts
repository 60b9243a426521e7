/** @file Glow on MNIST. Kingma & Dhariwal 2018, arXiv:1807.03039. */
import { mnistPictures } from "../../../src/flow-row.js";
import { glowRow } from "../../../src/image-flow-row.js";

export const row = glowRow({ id: "flow/mnist/glow", pictures: mnistPictures, shape: [1, 28, 28] });
