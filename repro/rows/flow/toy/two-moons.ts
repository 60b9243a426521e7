/** @file A neural spline flow (Durkan et al. 2019, arXiv:1906.04032) of two moons. */
import { twoMoons } from "@gen/data";
import { planeFlowRow } from "../../../src/plane-flow-row.js";

export const row = planeFlowRow({ id: "flow/toy/two-moons", about: "points of two moons", points: twoMoons });
