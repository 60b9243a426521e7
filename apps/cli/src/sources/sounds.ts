/** @file A folder of the user's own sounds, as windows of one length. */
import { basename } from "node:path";
import { audioFolder } from "@gen/data/node";
import { defineDataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";
import { everyNth } from "./views.js";

/** One sound in so many is for validation, and of the others again one for the test. */
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
  }),
  async open({ folder, length }) {
    const all = await audioFolder({ path: folder, length });
    const { every: validation, others } = everyNth(all, SHARE);
    const { every: test, others: train } = everyNth(others, SHARE);
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
