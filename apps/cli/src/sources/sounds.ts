/** @file A folder of the user's own sounds, as windows of one length. */
import { basename } from "node:path";
import { GenError } from "@gen/core";
import { audioFolder } from "@gen/data/node";
import { defineDataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";
import { everyNth } from "./views.js";

/** One sound in so many is for validation, and of the others again one for the test; of few sounds one each. */
const SHARE = 20;

export const soundsSource = defineDataSource({
  name: "sounds",
  summary: "WAV files of one rate: --data sounds --folder ./my-sounds; its folders are the classes",
  options: defineOptions({
    folder: { kind: "path", required: true, description: "Where the files are" },
    length: {
      kind: "integer",
      default: 4096,
      min: 1,
      unit: "samples",
      description: "Of a sound that are kept; silence is added",
    },
    hop: {
      kind: "integer",
      min: 1,
      unit: "samples",
      description: "From one window of a sound to the next, which may overlap; its beginning alone unless given",
    },
  }),
  async open({ folder, length, hop }) {
    const all = await audioFolder({ path: folder, length, ...(hop !== undefined && { hop }) });
    if (all.length < 3) {
      throw new GenError("data", `${folder}: expected at least 3 sounds, got ${all.length}`, {
        fix: "cut long ones into several files: some are held out, to measure with",
      });
    }
    const { every: validation, others } = everyNth(all, Math.min(SHARE, all.length));
    const { every: test, others: train } = everyNth(others, Math.min(SHARE, others.length));
    return {
      train,
      validation,
      test,
      rate: all.rate,
      about: `${basename(folder)}, ${showCount(train.length)} sounds of ${length} samples at ${all.rate} Hz`,
      ...(all.classes === undefined ? {} : { classes: all.classes }),
    };
  },
});
