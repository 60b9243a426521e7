/** @file EDM (Karras et al. 2022, arXiv:2206.00364) on two rings. */
import { toyRow } from "../../../src/toy-row.js";

export const row = toyRow({ id: "diffusion/toy/rings", shape: "rings" });
