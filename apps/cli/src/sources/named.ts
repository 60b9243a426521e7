/** @file The data sets of @gen/data as sources for `--data`. */
import type { Dataset } from "@gen/core";
import type { PictureDataset } from "@gen/data";
import { datasets, openDataset, type DatasetEntry } from "@gen/data/node";
import { defineDataSource, type DataSource, type OpenContext } from "../data-source.js";
import { showBytes, showCount } from "../output/format.js";
import type { Splits } from "../recipe.js";
import { defineOptions } from "../schema/schema.js";
import { slice } from "./views.js";

const none = defineOptions({});
const fetched = defineOptions({
  dataDir: {
    kind: "path",
    description: "Folder that has the files already; otherwise GEN_DATA_DIR, or they are fetched once",
  },
});

/** One source for each data set that has a name. */
export const namedSources: readonly DataSource[] = Object.entries(datasets).map(
  ([name, entry]: [string, DatasetEntry]) =>
    Object.keys(entry.files).length === 0
      ? defineDataSource({
          name,
          summary: entry.description,
          options: none,
          open: (_options, context) => open(name, entry, context),
        })
      : defineDataSource({
          name,
          summary: entry.description,
          options: fetched,
          open: ({ dataDir }, context) =>
            open(name, entry, { ...context, ...(dataDir === undefined ? {} : { dir: dataDir }) }),
        }),
);

async function open(
  name: string,
  entry: DatasetEntry,
  context: OpenContext & { readonly dir?: string },
): Promise<Splits> {
  const { signal, dir } = context;
  const told = new Set<string>();
  const onProgress = ({ file, total }: { readonly file: string; readonly total: number | undefined }): void => {
    if (told.has(file)) return;
    told.add(file);
    context.note(`fetching ${file}${total === undefined ? "" : `, ${showBytes(total)}`}`);
  };
  const where =
    Object.keys(entry.files).length === 0 ? {} : { signal, onProgress, ...(dir === undefined ? {} : { dir }) };
  const load = (split: "train" | "valid" | "test") => openDataset(name, { split, ...where });
  const all = await load("train");
  // A set without rows for validation gives up its last twentieth for it: of the glyphs, these are other typefaces.
  const kept = entry.splits.includes("valid") ? all.length : Math.floor(all.length * 0.95);
  const [validation, test] = [
    entry.splits.includes("valid") ? await load("valid") : slice(all, kept, all.length),
    await load("test"),
  ];
  return {
    ...{ train: slice(all, 0, kept), validation, test },
    ...textsOf({ train: all, validation, test }),
    about: `${name}, ${showCount(kept)} pictures of ${all.fields["x"]!.shape.slice(1).join(" × ")}`,
    licence: entry.licence,
    ...(all.classes === undefined ? {} : { classes: all.classes }),
  };
}

/** What is said of the rows of a set that says something of all. */
function textsOf(sets: Readonly<Record<"train" | "validation" | "test", Dataset>>): Pick<Splits, "texts"> {
  const texts = Object.entries(sets).map(([name, set]) => [name, (set as Partial<PictureDataset>).texts] as const);
  return texts.some(([, of]) => of === undefined) ? {} : { texts: Object.fromEntries(texts) as never };
}
