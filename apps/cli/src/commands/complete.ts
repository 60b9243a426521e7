/** @file `gen complete`: fills the gaps of a table, or goes on with pictures, through the exported files of a model. */
import { join, resolve as resolvePath } from "node:path";
import { GenError } from "@gen/core";
import { codecOf } from "@gen/core/codec";
import { openFolder, writeAtomic } from "@gen/core/node";
import { givenColumns } from "../conditions.js";
import { modelFolder } from "../exported.js";
import { columnsOf, csvText } from "../output/csv.js";
import { resolve } from "../schema/resolve.js";
import { defineOptions } from "../schema/schema.js";
import { checkRows } from "../tables.js";
import { outputSection, refuse, type Command } from "./command.js";
import { completePictures, goesOn, pictureOptions } from "./complete-pictures.js";
import { completed, labelOf, openRows } from "./complete-table.js";
import { only } from "./train.js";

/** What completes, of a GAN by a search for the noise. */
const FILES = ["complete.onnx", "search.onnx"];
const options = defineOptions({
  data: {
    kind: "path",
    required: true,
    description: "CSV file with gaps, its columns named as those of the model; or a folder of pictures",
  },
  to: { kind: "path", required: true, description: "CSV file to write; or .png, for pictures" },
  label: {
    kind: "string",
    description:
      "Class of all rows, of a model with classes; unless given, the folder of a picture, or the column of the class",
  },
  seed: { kind: "integer", default: 0, min: 0, description: "Where the draws come from" },
});
const tableOptions = defineOptions({
  rounds: {
    kind: "integer",
    min: 0,
    description: "Of a table, with latents: rounds of drawing what is missing, again and again; 20 unless given",
  },
  k: { kind: "integer", min: 1, description: "Of a table, with latents: draws that are weighed; 50 unless given" },
});
const stepOptions = defineOptions({
  steps: {
    kind: "integer",
    min: 1,
    description:
      "By diffusion: steps of the sampler, 50 unless given; by a flow: of a chain, 500; by a GAN: of the search for the noise, 200",
  },
});
const every = defineOptions({
  ...options.fields,
  ...tableOptions.fields,
  ...stepOptions.fields,
  ...pictureOptions.fields,
});

export const completeCommand: Command = {
  name: "complete",
  summary: "Fill in what is missing in a table, or go on with pictures of which the upper part is given.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: [
    "gen complete runs/prices --data gaps.csv --to filled.csv",
    "gen complete runs/faces --data my-faces --keep 0.6 --to completed.png",
  ],
  sections: () => [{ title: "Options", schema: every }, outputSection],
  async run({ positionals, given }, context) {
    const shown = positionals[0]!;
    const { data, to, seed, ...how } = resolve(every, only(every, given), "gen complete");
    const model = await openFolder(modelFolder(resolvePath(context.cwd, shown), shown));
    const file = FILES.find((name) => model.card.files[name] !== undefined);
    const isPictures = file !== undefined && goesOn(model, file);
    const [others, kind] = isPictures ? [tableOptions, "a table"] : [pictureOptions, "pictures"];
    refuse(others, given, { kind, where: "gen complete" });
    const path = resolvePath(context.cwd, to);
    if (isPictures) {
      const from = resolvePath(context.cwd, data);
      const count = await completePictures(model, file, { ...how, data: from, to: path, seed });
      context.output.result({ path, pictures: count }, `Went on with ${count} pictures, wrote ${path}`);
      return 0;
    }
    const columns = columnsOf(model.card.codec, join(model.path, "card.json"));
    if (columns === undefined || file === undefined) {
      throw new GenError(
        "option",
        `gen complete: expected a model of pictures or of a table with ${FILES.join(" or ")}, got ${model.card.name}`,
        {
          fix: "train one with gen train vae --data table.csv, flow, diffusion or gan; of pictures pixelcnn as well",
        },
      );
    }
    const place = resolvePath(context.cwd, data);
    const conditions = givenColumns(model.card);
    const label = labelOf(model, file, how.label);
    const rows = await openRows(place, { columns, conditions, ...(label && { label }) });
    await checkRows(rows, codecOf(model.card.codec, { file: join(model.path, "card.json") }), place);
    const { filled, gaps } = await completed(model, rows, {
      ...how,
      file,
      seed,
      beside: ["context", ...(label?.column ? ["label"] : [])],
      context,
    });
    await writeAtomic(path, csvText([...columns, ...conditions, ...(label?.column ? [label.column] : [])], filled));
    context.output.result(
      { path, rows: rows.length, gaps },
      `Filled ${gaps} gaps in ${rows.length} rows, wrote ${path}`,
    );
    return 0;
  },
};
