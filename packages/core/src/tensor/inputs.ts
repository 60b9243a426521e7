/** @file What a program reads: parameters, states, and what the host feeds. Each call makes an input of its own. */
import type { DType } from "../dtype.js";
import { constantInit, type Initializer } from "../ir/initializer.js";
import { sameShape, showShape, type Shape } from "../shape.js";
import { GenError } from "../error.js";
import { apply, type Tensor } from "./tensor.js";

/** Something learned. Its name is its path in the model; the same parameter at two paths is tied. */
export function param(shape: Shape, init: Initializer, dtype: DType = "f32"): Tensor {
  checkInit(shape, init, "param");
  return apply("input", [], { kind: "param", dtype, shape: [...shape], init });
}

/** Something that lasts between runs and is written by programs, not by gradients: moments, averages, counters. */
export function state(shape: Shape, init: Initializer = constantInit(0), dtype: DType = "f32"): Tensor {
  checkInit(shape, init, "state");
  return apply("input", [], { kind: "state", dtype, shape: [...shape], init });
}

/** Something that the host gives at each run. */
export function feed(shape: Shape, dtype: DType = "f32"): Tensor {
  return apply("input", [], { kind: "feed", dtype, shape: [...shape] });
}

/** An input of a closed graph: a body's own parameter. */
export function slot(like: { readonly dtype: DType; readonly shape: Shape }): Tensor {
  return apply("input", [], { kind: "slot", dtype: like.dtype, shape: [...like.shape] });
}

function checkInit(shape: Shape, init: Initializer, where: string): void {
  if (init.kind === "array" && !sameShape(init.value.shape, shape)) {
    throw new GenError(
      "shape",
      `${where}: expected initial values ${showShape(shape)}, got ${showShape(init.value.shape)}`,
    );
  }
}
