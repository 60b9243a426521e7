/** @file The glyph set, which comes with the package. */
import { glyphs } from "@gen/data/node";
import { defineDataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";
import { slice } from "./views.js";

export const glyphSource = defineDataSource({
  name: "glyphs",
  summary: "Letters and digits of several hundred open-licensed typefaces, 28 × 28; nothing to download",
  options: defineOptions({}),
  async open() {
    const train = glyphs({ split: "train" });
    const rest = glyphs({ split: "test" });
    // Rows come face by face, so the two halves share hardly a typeface, and neither shares one with the training set.
    const half = Math.floor(rest.length / 2);
    return {
      train,
      validation: slice(rest, 0, half),
      test: slice(rest, half, rest.length),
      about: `${showCount(train.length)} letters and digits of ${train.faces.length} typefaces, 28 × 28`,
      classes: train.classes,
    };
  },
});
