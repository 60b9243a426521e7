/** @file A folder of the user's own pictures. */
import { basename } from "node:path";
import { GenError } from "@gen/core";
import { openDataset } from "@gen/data/node";
import { defineDataSource } from "../data-source.js";
import { showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";
import { everyNth, isEveryNth } from "./views.js";

/** One picture in so many is for validation; of fewer, one of them. */
const SHARE = 20;

export const folderSource = defineDataSource({
  name: "folder",
  summary:
    "PNG, JPEG or WebP files: give the path of their folder, as in --data ./my-pictures; its folders are the classes",
  options: defineOptions({
    size: {
      kind: "integer",
      default: 32,
      min: 1,
      max: 4096,
      unit: "pixels",
      description: "Height and width that pictures are scaled to cover, then cut to",
    },
    colours: { kind: "choice", choices: ["grey", "rgb"], default: "rgb", description: "What is kept of them" },
    background: {
      kind: "integer",
      default: 255,
      min: 0,
      max: 255,
      description: "What shines through transparent pixels",
    },
  }),
  async open({ size, colours, background }, { data }) {
    const options = { size, channels: colours === "grey" ? 1 : 3, background } as const;
    const all = await openDataset(data, { ...options, split: "train" });
    const test = await openDataset(data, { ...options, split: "test" });
    if (all.length < 2) {
      throw new GenError(
        "data",
        `${data}: expected at least 2 pictures to learn from and to measure with, got ${all.length}`,
        {
          fix: "give more of them",
        },
      );
    }
    const share = Math.min(SHARE, all.length);
    const { every: validation, others: train } = everyNth(all, share);
    return {
      train,
      validation,
      test,
      about: `${basename(data)}, ${showCount(train.length)} pictures of ${size} × ${size}, ${colours}`,
      texts: {
        train: all.texts!.filter((_, i) => !isEveryNth(i, share)),
        validation: all.texts!.filter((_, i) => isEveryNth(i, share)),
        test: test.texts!,
      },
      ...(all.classes === undefined ? {} : { classes: all.classes }),
    };
  },
});
