/** @file `gen edit`: pictures changed through the exported files of a model: with noise and back, filled in, or on the way to another. */
import { join, resolve as resolvePath } from "node:path";
import { GenError, ndarray } from "@gen/core";
import { openFolder, writeAtomic } from "@gen/core/node";
import { grid } from "@gen/data";
import { writePng } from "@gen/data/node";
import { classNumber } from "../conditions.js";
import { modelFolder } from "../exported.js";
import { columnsOf } from "../output/csv.js";
import { resolve } from "../schema/resolve.js";
import { outputSection, refuse, type Command } from "./command.js";
import { latentMakers } from "./edit-latent.js";
import { rowsBetween } from "./edit-rows.js";
import {
  codesBetween,
  editOptions,
  givenPicture,
  hole,
  joined,
  picture,
  pictureOptions,
  repeated,
  rowOptions,
  run,
  WAYS,
  WHERE,
  type Makers,
} from "./edit-work.js";
import { only } from "./train.js";

export const editCommand: Command = {
  name: "edit",
  summary:
    "Change a picture, fill in a part of it, or walk from it to another, through the exported files of a diffusion model, a GAN or, but for noise, a flow; or change the codes of an InfoGAN. Of a table: walk from one row to another.",
  positionals: [{ name: "model", description: "the folder of a run, or of an exported model", required: true }],
  examples: [
    "gen edit runs/faces --picture me.png --strength 0.5 --to changed.png",
    "gen edit runs/faces --picture me.png --mask hole.png --to filled.png",
    "gen edit runs/faces --picture me.png --toward you.png --to between.png",
    "gen edit runs/digits --picture 7.png --code 1 --to codes.png",
    "gen edit runs/houses --data houses.csv --row 3 --toward 17 --to between.csv",
  ],
  sections: () => [{ title: "Options", schema: editOptions }, outputSection],
  async run({ positionals, given }, { cwd, output }) {
    const shown = positionals[0]!;
    const chosen = resolve(editOptions, only(editOptions, given), WHERE);
    const ways = WAYS.filter((way) => chosen[way] !== undefined);
    if (ways.length > 1) {
      throw new GenError("option", `${WHERE}: expected one of --${WAYS.join(", --")}, got ${ways.length}`, {
        fix: `leave out --${ways[1]!}`,
      });
    }
    const model = await openFolder(modelFolder(resolvePath(cwd, shown), shown));
    const work = { model, chosen, cwd, note: (text: string) => output.say("note", { text }, text) };
    const path = resolvePath(cwd, chosen.to);
    const columns = columnsOf(model.card.codec, join(model.path, "card.json"));
    const [others, kind] = columns === undefined ? [rowOptions, "a table"] : [pictureOptions, "pictures"];
    refuse(others, given, { kind, where: WHERE });
    if (columns !== undefined) {
      await writeAtomic(path, await rowsBetween(work, columns));
      output.result({ path, n: chosen.n }, `Wrote ${path}`);
      return 0;
    }
    const makers = model.card.files["search.onnx"] === undefined ? MAKERS : latentMakers;
    const made = await makers[ways[0] ?? "strength"](work);
    await writePng(
      path,
      grid(made, { columns: Math.min(made.shape[0]!, 12), scale: Math.max(1, Math.round(56 / made.shape[3]!)) }),
    );
    output.result({ path, n: chosen.n, seed: chosen.seed }, `Wrote ${path}`);
    return 0;
  },
};

/** Of a diffusion model, or of a flow. */
const MAKERS: Makers = {
  async strength(work) {
    const { chosen } = work;
    const x = await givenPicture(work, "edit.onnx");
    const strength = ndarray([chosen.strength ?? 0.6], []);
    const { edited } = await run(work, "edit.onnx", { x: repeated(x, chosen.n), strength });
    return joined([x, edited!]);
  },
  async mask(work) {
    const { chosen } = work;
    const x = await givenPicture(work, "complete.onnx");
    const { mask, open } = await hole(work, "complete.onnx", x);
    const { completed } = await run(work, "complete.onnx", {
      x: repeated(x, chosen.n),
      mask: repeated(mask, chosen.n),
    });
    return joined([open, completed!]);
  },
  async toward(work) {
    const { chosen, model } = work;
    const hasClasses = model.card.files["encode.onnx"]?.inputs.some(({ name }) => name === "label") === true;
    if (hasClasses && chosen.words === undefined) classNumber(model.card, chosen.label, WHERE); // of both, and of what lies between
    const ends = [await givenPicture(work, "encode.onnx"), await picture(work, "encode.onnx", chosen.toward!)] as const;
    const { z, mean } = await run(work, "encode.onnx", { x: joined(ends) });
    const between = codesBetween((z ?? mean)!, chosen.n, "spherical"); // codes are draws from N(0, I): long as these
    const { x } = await run(work, "decode.onnx", { z: between });
    return joined([ends[0], x!, ends[1]]);
  },
  code({ model: { card } }) {
    const message = `${WHERE}: expected --code only for a GAN, got it for ${card.name}, a model of family ${card.family}`;
    return Promise.reject(new GenError("option", message, { fix: "leave out --code" }));
  },
};
