/** @file EDM (Karras et al. 2022, arXiv:2206.00364) on 25 Gaussians on a grid. */
import { toyRow } from "../../../src/toy-row.js";

export const row = toyRow({ id: "diffusion/toy/gaussians", shape: "gaussians" });
