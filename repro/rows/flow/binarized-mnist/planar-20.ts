/** @file A VAE whose posterior goes through 20 planar transforms, on the fixed binarisation of MNIST. Rezende & Mohamed 2015, arXiv:1505.05770, table 2. */
import { planarRow } from "../../../src/posterior-row.js";

export const row = planarRow(20);
