/** @file SCAN, tested on commands with jump, which is learned alone only. Lake & Baroni 2018, arXiv:1711.00350. */
import { scanRow } from "../../../src/scan-row.js";

export const row = scanRow({ id: "ar/scan/add-jump", task: "addprim-jump" });
