/** @file The data sets by name: what `--data` of the command line understands. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { GenError, nearestName } from "@gen/core";
import { checkSplit, type PictureDataset, type Split } from "../dataset.js";
import { BINARIZED_MNIST, binarizedMnist } from "./binarized-mnist.js";
import { emoji } from "./emoji.js";
import { glyphs } from "./glyphs.js";
import { FASHION_MNIST, fashionMnist, MNIST, mnist } from "./idx-sets.js";
import { imageFolder, type ImageFolderOptions } from "./image-folder.js";
import type { FetchOptions, RemoteFile } from "./places.js";

export interface LoadOptions extends FetchOptions {
  /** @default "train" */
  readonly split?: Split;
}

/** A data set that has a name. */
export interface DatasetEntry {
  readonly description: string;
  readonly licence: string;
  readonly citation: string;
  readonly splits: readonly Split[];
  /** What is fetched for each split; nothing for what comes with the package, or has to be there. */
  readonly files: Readonly<Partial<Record<Split, readonly RemoteFile[]>>>;
  load(options?: LoadOptions): Promise<PictureDataset>;
}

const idxFiles = ({ files: { train, test } }: typeof MNIST) => ({
  train: [train.images, train.labels],
  test: [test.images, test.labels],
});

/** Every data set that {@link openDataset} knows by name. */
export const datasets = {
  glyphs: {
    description: "letters and digits of 533 typefaces, 28 × 28 grey, 62 classes; comes with the package",
    licence: "pictures: MIT; typefaces: open licences, listed in GLYPHS.md",
    citation: "rendered by @gen/data from the typefaces of Debian 12",
    splits: ["train", "test"],
    files: {},
    load: async ({ split = "train" } = {}) => glyphs({ split: checkSplit("glyphs", split, ["train", "test"]) }),
  },
  mnist: {
    description: "handwritten digits, 28 × 28 grey, 10 classes",
    licence: "CC BY-SA 3.0, as commonly stated",
    citation: "LeCun, Bottou, Bengio & Haffner 1998, Proceedings of the IEEE 86(11)",
    splits: ["train", "test"],
    files: idxFiles(MNIST),
    load: async ({ split = "train", ...fetching } = {}) =>
      mnist({ ...fetching, split: checkSplit("mnist", split, ["train", "test"]) }),
  },
  "fashion-mnist": {
    description: "pieces of clothing, 28 × 28 grey, 10 classes",
    licence: "MIT",
    citation: "Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747",
    splits: ["train", "test"],
    files: idxFiles(FASHION_MNIST),
    load: async ({ split = "train", ...fetching } = {}) =>
      fashionMnist({ ...fetching, split: checkSplit("fashion-mnist", split, ["train", "test"]) }),
  },
  "binarized-mnist": {
    description: "handwritten digits, 28 × 28 black and white, the fixed binarisation, no labels",
    licence: "derived from MNIST (CC BY-SA 3.0, as commonly stated)",
    citation: "Salakhutdinov & Murray 2008, ICML; Larochelle & Murray 2011, AISTATS",
    splits: ["train", "valid", "test"],
    files: { train: [BINARIZED_MNIST.train], valid: [BINARIZED_MNIST.valid], test: [BINARIZED_MNIST.test] },
    load: (options) => binarizedMnist(options),
  },
  emoji: {
    description: "emoji, 32 × 32 in colour, 9 groups, with names; in the folder that GEN_DATA_DIR names",
    licence: "pictures: Apache-2.0; names: Unicode License v3",
    citation: "Google, Noto Emoji; Unicode CLDR",
    splits: ["train", "valid", "test"],
    files: {},
    load: ({ split = "train" } = {}) => emoji({ split }),
  },
} as const satisfies Readonly<Record<string, DatasetEntry>>;

export type DatasetName = keyof typeof datasets;

/** `size`, `channels` and `background` are for folders of pictures; `dir`, `signal` and `onProgress` for what is fetched. */
export interface OpenDatasetOptions extends LoadOptions, Pick<ImageFolderOptions, "size" | "channels" | "background"> {}

/**
 * A data set by name, or the pictures in a folder.
 *
 * @param name a key of {@link datasets}, or a path: what contains a slash, begins with a dot, or is a folder
 * @throws GenError `option` for a name that is neither, with the nearest one, or for an option without effect; and
 *   what the data set throws.
 */
export async function openDataset(name: string, options: OpenDatasetOptions = {}): Promise<PictureDataset> {
  if (Object.hasOwn(datasets, name)) {
    const entry: DatasetEntry = datasets[name as DatasetName];
    refuse(name, options, ["size", "channels", "background"]);
    if (Object.keys(entry.files).length === 0) refuse(name, options, ["dir"]);
    return entry.load(options);
  }
  if (/[/\\]|^\./.test(name) || (await isFolder(name))) {
    refuse(name, options, ["dir"]);
    return imageFolder({
      ...options,
      path: name,
      split: checkSplit(name, options.split ?? "train", ["train", "test"]),
    });
  }
  const near = nearestName(name, Object.keys(datasets));
  throw new GenError("option", `data: expected ${Object.keys(datasets).join(", ")} or a folder, got "${name}"`, {
    fix: near === undefined ? `for a folder of that name write ./${name}` : `did you mean "${near}"?`,
  });
}

/** An option that would have no effect is an error. */
function refuse(name: string, options: OpenDatasetOptions, idle: readonly (keyof OpenDatasetOptions)[]): void {
  const given = idle.find((option) => options[option] !== undefined);
  if (given === undefined) return;
  throw new GenError("option", `${name}: ${given}: expected no such option for this data set, got one`, {
    fix: `leave out ${given}`,
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(resolve(path)).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
