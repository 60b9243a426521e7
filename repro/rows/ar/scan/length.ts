/** @file SCAN, tested on commands that mean more actions than any learned from. Lake & Baroni 2018, arXiv:1711.00350. */
import { scanRow } from "../../../src/scan-row.js";

export const row = scanRow({ id: "ar/scan/length", task: "length" });
