/** @file The data sources that `--data` knows. */
import { Registry } from "../registry.js";
import { glyphSource } from "./glyphs.js";

export const sources = new Registry("data set", [glyphSource]);
