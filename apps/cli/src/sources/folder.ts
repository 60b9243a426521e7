/** @file A folder of the user's own pictures. */
import { existsSync, readdirSync, statSync } from "node:fs";
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
    checkHasPictures(data);
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

/** What is in no file of text or music either comes here: then the error names all that a folder may hold. */
function checkHasPictures(folder: string): void {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return;
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  if (names.some((name) => /\.(png|jpe?g|webp)$/i.test(name))) return;
  throw new GenError("data", `${folder}: expected pictures, text or MIDI files, got none`, {
    fix: "add .png, .jpg or .webp, .txt or .md, or .mid files, or name the folder that holds them",
  });
}
