/** @file A neural spline flow (Durkan et al. 2019, arXiv:1906.04032) of a checkerboard. */
import { checkerboard } from "@gen/data";
import { planeFlowRow } from "../../../src/plane-flow-row.js";

export const row = planeFlowRow({
  id: "flow/toy/checkerboard",
  about: "points of a checkerboard",
  points: checkerboard,
});
