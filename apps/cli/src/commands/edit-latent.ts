/**
 * @file Pictures changed through the noise of a GAN: it is searched for, then moved, or walked along; or it is searched for
 * from the part of a picture that shall stay, and the generator fills in the rest. Of an InfoGAN codes may change alone.
 */
import { GenError, ndarray, type NdArray } from "@gen/core";
import { withCodes } from "../codes.js";
import { movedNoise, noiseWalk } from "../noise.js";
import { originOf } from "../origin.js";
import { givenPicture, hole, joined, picture, repeated, run, WHERE, type EditWork, type Makers } from "./edit-work.js";

const FILE = "search.onnx";

/** What the generator makes of the noise that was found stands beside the picture. */
export const latentMakers: Makers = {
  async strength(work) {
    const { chosen, model } = work;
    const { x, made, z, generate } = await found(work);
    const { strength = 0.6, seed } = chosen;
    const moved = movedNoise(model.card, repeated(z, chosen.n), { strength, seed });
    return joined([x, made, await generate(moved)]);
  },
  async code(work) {
    const { chosen, model } = work;
    const { x, made, z, generate } = await found(work);
    const changed = withCodes(model.card, z, { text: chosen.code!, steps: chosen.n, where: WHERE });
    return joined([x, made, await generate(changed.z)]);
  },
  async mask(work) {
    const { chosen } = work;
    const x = await givenPicture(work, FILE);
    const { open, mask } = await hole(work, FILE, x);
    const labelled = await withLabel(work, x, mask);
    const { completed } = await search(labelled, repeated(x, chosen.n), repeated(mask, chosen.n));
    return joined([open, completed!]);
  },
  async toward(work) {
    const { chosen, model } = work;
    const ends = [await givenPicture(work, FILE), await picture(work, FILE, chosen.toward!)] as const;
    const both = joined(ends);
    const labelled = await withLabel(work, both, whole(both));
    const { z } = await search(labelled, both, whole(both));
    const [from, to] = [rowOf(z!, 0), rowOf(z!, 1)];
    const { n } = chosen; // with what was found for both ends, or what lies in the middle
    const between = n === 1 ? rowOf(noiseWalk(model.card, [from, to], 3), 1) : noiseWalk(model.card, [from, to], n);
    return joined([ends[0], await generate(labelled, between), ends[1]]);
  },
};

/** The picture, its noise and what the generator makes of that; and how to generate more of its class. */
async function found(work: EditWork) {
  const x = await givenPicture(work, FILE);
  const labelled = await withLabel(work, x, whole(x));
  const { z, made } = await search(labelled, x, whole(x));
  return { x, z: z!, made: made!, generate: (noise: NdArray) => generate(labelled, noise) };
}

/** One row of several: [1, …] */
function rowOf({ data, shape: [n, ...rest] }: NdArray, i: number): NdArray {
  const row = data.length / n!;
  return ndarray(Array.from(data.subarray(i * row, (i + 1) * row), Number), [1, ...rest]);
}

/** A mask of ones: all of a picture counts. */
const whole = ({ data, shape }: NdArray): NdArray => ndarray(new Float32Array(data.length).fill(1), shape);

/**
 * The work with a class, of a model with classes: the one that was asked for, or the one whose noise makes the pictures best, all
 * of them together.
 *
 * @param x [n, C, H, W] @param mask 1 where they count
 */
async function withLabel(work: EditWork, x: NdArray, mask: NdArray): Promise<EditWork> {
  const { chosen, model, note } = work;
  const isConditional = model.card.files[FILE]!.inputs.some(({ name }) => name === "label");
  if (!isConditional || chosen.label !== undefined) return work;
  const { classes = [] } = originOf(model.card);
  if (classes.length === 0) {
    throw new GenError("option", `${WHERE}: expected --label, the class of the picture, got none`, {
      fix: "say its number: the model does not know the names of its classes",
    });
  }
  note(`searching for the noise of the picture in ${classes.length} classes; --label says which it is, and is quicker`);
  const errors = new Array<number>(classes.length).fill(0);
  for (let i = 0; i < x.shape[0]!; i++) {
    // Without a label, rows have the classes in turn.
    const { error } = await search(
      work,
      repeated(rowOf(x, i), classes.length),
      repeated(rowOf(mask, i), classes.length),
    );
    errors.forEach((_, c) => (errors[c]! += Number(error!.data[c])));
  }
  const label = classes[errors.indexOf(Math.min(...errors))]!;
  note(`class ${label} fits best`);
  return { ...work, chosen: { ...chosen, label } };
}

/** The noise of pictures, and what the generator makes of it. @param mask 1 where a picture counts */
function search(work: EditWork, x: NdArray, mask: NdArray) {
  const { chosen } = work;
  if (chosen.guidance !== undefined) {
    throw new GenError("option", `${WHERE}: expected --guidance only for a diffusion model, got it for a GAN`, {
      fix: "leave out --guidance",
    });
  }
  return run(work, FILE, { x, mask });
}

async function generate(work: EditWork, z: NdArray): Promise<NdArray> {
  return (await run(work, "generator.onnx", { z }))["x"]!;
}
