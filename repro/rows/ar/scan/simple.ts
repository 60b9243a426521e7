/** @file SCAN, tested on commands like those learned from. Lake & Baroni 2018, arXiv:1711.00350. */
import { scanRow } from "../../../src/scan-row.js";

export const row = scanRow({ id: "ar/scan/simple", task: "simple" });
