/** @file Chorales of Bach as a source for `--data`. */
import { jsbChorales } from "@gen/data/node";
import { defineDataSource } from "../data-source.js";
import { showBytes, showCount } from "../output/format.js";
import { defineOptions } from "../schema/schema.js";

/** Steps of a quarter note. */
const PER_QUARTER = { quarter: 1, "8th": 2, "16th": 4 } as const;

/** Quarter notes a minute: chorales say none. */
const TEMPO = 80;

/** Steps of the longest piece in quarters. */
const LONGEST = 160;

export const musicSource = defineDataSource({
  name: "jsb-chorales",
  summary: "four-part chorales of Bach as piano rolls",
  options: defineOptions({
    step: {
      kind: "choice",
      choices: ["quarter", "8th", "16th"],
      default: "quarter",
      description: "How long a step is",
    },
    length: {
      kind: "integer",
      default: LONGEST,
      min: 1,
      unit: "steps",
      description: "Steps of a row; longer pieces are cut",
    },
    dataDir: {
      kind: "path",
      description: "Folder that has the files already; otherwise GEN_DATA_DIR, or they are fetched once",
    },
  }),
  async open({ step, length, dataDir }, context) {
    const told = new Set<string>();
    const onProgress = ({ file, total }: { readonly file: string; readonly total: number | undefined }): void => {
      if (told.has(file)) return;
      told.add(file);
      context.note(`fetching ${file}${total === undefined ? "" : `, ${showBytes(total)}`}`);
    };
    const load = (split: "train" | "valid" | "test") =>
      jsbChorales({
        split,
        step,
        length,
        signal: context.signal,
        onProgress,
        ...(dataDir === undefined ? {} : { dir: dataDir }),
      });
    const [train, validation, test] = await Promise.all([load("train"), load("valid"), load("test")]);
    return {
      ...{ train, validation, test },
      about: `jsb-chorales, ${showCount(train.length)} rows of ${length} steps, one ${step} each`,
      licence: "public domain (Bach); the encoding states none",
      score: { low: train.low, stepsPerQuarter: PER_QUARTER[step], tempo: TEMPO },
    };
  },
});
