/** @file Samplers that keep a part of x: what is known is put in at each level, with that level's noise. */
import { GenError, randomNormal, sameShape, scalar, scan, showShape, splitKey, type Tensor } from "@gen/core";
import type { Sampler, Step } from "./sampler.js";

export interface InpaintOptions {
  readonly sampler: Sampler;
  /** Data [N, …], of which a part is known; anything finite elsewhere. */
  readonly known: Tensor;
  /** Of their shape: 1 where they are known, 0 where not. */
  readonly mask: Tensor;
  /** How often each step is taken, going back up between: 1 replaces what is known, more makes the rest agree with it. @default 1 */
  readonly repeats?: number;
}

/**
 * In each step what is known is replaced by itself with noise; with `repeats`, the step is taken again from x with the
 * noise of `from`, so that the unknown part has seen what it was put beside.
 *
 * @throws GenError `shape` for a mask of another shape, `option` for a sampler with memory, `range` for repeats < 1
 * @see Song et al. 2021, appendix I.2 (arXiv:2011.13456); Lugmayr et al. 2022, "RePaint", algorithm 1. arXiv:2201.09865
 */
export function inpainting({ sampler, known, mask, repeats = 1 }: InpaintOptions): Sampler {
  if (!sameShape(mask.shape, known.shape))
    throw new GenError("shape", `inpainting: expected a mask ${showShape(known.shape)}, got ${showShape(mask.shape)}`);
  if ((sampler.memory ?? 0) > 0)
    throw new GenError("option", `inpainting: expected a sampler without memory, got "${sampler.name}"`, {
      fix: 'take "ddpm", "ddim" or "euler-ancestral"',
    });
  if (!Number.isInteger(repeats) || repeats < 1)
    throw new GenError("range", `inpainting: expected repeats, a whole number of at least 1, got ${repeats}`);
  return {
    ...sampler,
    draws: true,
    step(step) {
      const { x, from, to, key } = step;
      const once = (at: Tensor, k: Tensor): Tensor => {
        let draws = 1;
        const noise = (): Tensor => randomNormal(splitKey(k, draws++), x.shape);
        const next = sampler.step({ ...step, x: at, noise });
        return merged("x" in next ? next.x : next, known.add(noiseOf(k, step).mul(to)), mask);
      };
      if (repeats === 1) return once(x, key);
      const { carry } = scan({ carry: [x, scalar(0, "i32")], length: repeats - 1 }, ([at, r]) => {
        const k = splitKey(key, r!.add(1));
        const up = randomNormal(splitKey(k, 1000), x.shape).mul(from.square().sub(to.square()).sqrt());
        return { carry: [once(at!, k).add(up), r!.add(1)] };
      });
      return once(carry[0]!, splitKey(key, 0));
    },
  };
}

const noiseOf = (key: Tensor, { x }: Pick<Step, "x">): Tensor => randomNormal(splitKey(key, 0), x.shape);

/** `known` where the mask is 1, x elsewhere. */
export function merged(x: Tensor, known: Tensor, mask: Tensor): Tensor {
  return mask.greater(0.5).where(known, x);
}
