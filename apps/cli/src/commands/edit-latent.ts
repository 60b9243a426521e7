/**
 * @file Pictures changed through the noise of a GAN: it is searched for, then moved, or walked along; or it is searched for
 * from the part of a picture that shall stay, and the generator fills in the rest.
 */
import { GenError, ndarray, type NdArray } from "@gen/core";
import { originOf } from "../origin.js";
import { movedNoise, noiseWalk } from "../noise.js";
import { hole, joined, picture, repeated, run, WHERE, type EditWork } from "./edit-work.js";

/** Of the search, unless told otherwise. */
const STEPS = 200;

/** By way: the pictures that are shown, [·, C, H, W]. What the generator makes of the noise that was found stands beside the picture. */
export const latentMakers: Readonly<Record<"strength" | "mask" | "toward", (work: EditWork) => Promise<NdArray>>> = {
  async strength(work) {
    const { chosen, model } = work;
    const x = await picture(work, "search.onnx", chosen.picture);
    const { z, made } = await search(work, x);
    const { strength = 0.6, seed } = chosen;
    const moved = movedNoise(model.card, repeated(z!, chosen.n), { strength, seed });
    return joined([x, made!, await generate(work, moved)]);
  },
  async mask(work) {
    const { chosen } = work;
    const x = await picture(work, "search.onnx", chosen.picture);
    const { open, mask } = await hole(work, "search.onnx", x);
    const { made } = await search(work, repeated(x, chosen.n), repeated(mask, chosen.n));
    const filled = Float32Array.from(Array.from(made!.data, Number), (v, i) =>
      mask.data[i % mask.data.length] === 1 ? Number(x.data[i % x.data.length]) : v,
    );
    return joined([open, ndarray(filled, made!.shape)]);
  },
  async toward(work) {
    const { chosen, model } = work;
    const ends = [
      await picture(work, "search.onnx", chosen.picture),
      await picture(work, "search.onnx", chosen.toward!),
    ] as const;
    const { z } = await search(work, joined(ends));
    const width = z!.shape[1]!;
    const numbers = Array.from(z!.data, Number);
    const end = (i: number): NdArray => ndarray(numbers.slice(i * width, (i + 1) * width), [width]);
    const between = noiseWalk(model.card, [end(0), end(1)], Math.max(2, chosen.n));
    return joined([ends[0], await generate(work, between), ends[1]]);
  },
};

/** The noise of pictures, and what the generator makes of it. @param mask 1 where a picture counts; all of it unless given */
async function search(work: EditWork, x: NdArray, mask?: NdArray) {
  const { chosen, model } = work;
  const { classes = [] } = originOf(model.card);
  const isConditional = model.card.files["search.onnx"]!.inputs.some(({ name }) => name === "label");
  if (isConditional && chosen.label === undefined) {
    throw new GenError("option", `${WHERE}: expected --label, the class of the picture, got none`, {
      fix: classes.length === 0 ? "say its number" : `say one of ${classes.join(" ").slice(0, 200)}`,
    });
  }
  if (chosen.guidance !== undefined) {
    throw new GenError("option", `${WHERE}: expected --guidance only for a diffusion model, got it for a GAN`, {
      fix: "leave out --guidance",
    });
  }
  const all = ndarray(new Float32Array(x.data.length).fill(1), x.shape);
  const patient = { ...work, chosen: { ...chosen, steps: chosen.steps ?? STEPS } };
  return run(patient, "search.onnx", { x, mask: mask ?? all });
}

async function generate(work: EditWork, z: NdArray): Promise<NdArray> {
  return (await run(work, "generator.onnx", { z }))["x"]!;
}
