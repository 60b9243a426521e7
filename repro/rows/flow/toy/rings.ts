/** @file A neural spline flow (Durkan et al. 2019, arXiv:1906.04032) of two rings. */
import { rings } from "@gen/data";
import { planeFlowRow } from "../../../src/plane-flow-row.js";

export const row = planeFlowRow({ id: "flow/toy/rings", about: "points of two rings", points: rings });
