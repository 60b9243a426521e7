/** @file A VAE with a normal posterior, beside those with planar transforms, on the fixed binarisation of MNIST. Rezende & Mohamed 2015, arXiv:1505.05770, table 2. */
import { planarRow } from "../../../src/posterior-row.js";

export const row = planarRow(0);
