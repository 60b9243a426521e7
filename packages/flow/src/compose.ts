/** @file Transforms made of transforms: one after the other, and the other way round. */
import { full, GenError, sameShape, showShape, type Shape, type Tensor } from "@gen/core";
import type { Mapped } from "@gen/core/prob";
import { contextWidth, type At, type Bijection, type Transform, type Unmapped } from "./transform.js";

/**
 * Transforms one after the other: f = fₖ ∘ … ∘ f₁, whose log-determinants add up.
 *
 * @throws GenError `shape` if one does not take what the one before gives
 */
export class Chain<T extends Transform = Bijection> implements Transform {
  readonly transforms: readonly T[];
  readonly contextDim: number;
  readonly tolerance?: number;
  readonly unsolved?: string;
  readonly #shapes: { readonly shape: Shape; readonly outputShape: Shape };

  constructor(transforms: readonly T[]) {
    const [first] = transforms;
    const last = transforms.at(-1);
    if (first === undefined || last === undefined)
      throw new GenError("graph", "Chain: expected at least one transform, got none");
    transforms.slice(1).forEach(({ shape }, i) => {
      const { outputShape: given } = transforms[i]!;
      if (!sameShape(given, shape)) {
        throw new GenError(
          "shape",
          `Chain: expected transform ${i + 1} to take ${showShape(given)}, got one for ${showShape(shape)}`,
        );
      }
    });
    this.transforms = transforms;
    this.contextDim = contextWidth(transforms, "Chain");
    const limits: readonly (Transform & Limits)[] = transforms;
    const tolerances = limits.flatMap(({ tolerance }) => tolerance ?? []);
    if (tolerances.length > 0) this.tolerance = tolerances.reduce((a, b) => a + b);
    const unsolved = new Set(limits.flatMap((limit) => limit.unsolved ?? []));
    if (unsolved.size > 0) this.unsolved = [...unsolved].join("; ");
    this.#shapes = { shape: first.shape, outputShape: last.outputShape };
  }

  get shape(): Shape {
    return this.#shapes.shape;
  }
  get outputShape(): Shape {
    return this.#shapes.outputShape;
  }

  forward(x: Tensor, at: At): Mapped {
    return this.transforms.reduce<Mapped>(
      ({ y, logDet }, transform) => {
        const next = transform.forward(y, at);
        return { y: next.y, logDet: logDet.add(next.logDet) };
      },
      { y: x, logDet: full([x.shape[0]!], 0, x.dtype) },
    );
  }

  inverse(this: Chain<T & Bijection>, y: Tensor, at: At): Unmapped {
    return this.transforms.reduceRight<Unmapped>(
      ({ x, logDet }, transform) => {
        const before = transform.inverse(x, at);
        return { x: before.x, logDet: logDet.add(before.logDet) };
      },
      { x: y, logDet: full([y.shape[0]!], 0, y.dtype) },
    );
  }
}

/** The same bijection the other way round: its forward is the inverse, and the inverse its forward. */
export class Inverted implements Bijection {
  readonly of: Bijection;
  readonly tolerance?: number;
  readonly unsolved?: string;

  constructor(of: Bijection) {
    this.of = of;
    if (of.tolerance !== undefined) this.tolerance = of.tolerance;
    if (of.unsolved !== undefined) this.unsolved = of.unsolved;
  }

  get shape(): Shape {
    return this.of.outputShape;
  }
  get outputShape(): Shape {
    return this.of.shape;
  }
  get contextDim(): number {
    return this.of.contextDim;
  }

  forward(x: Tensor, at: At): Mapped {
    const { x: y, logDet } = this.of.inverse(x, at);
    return { y, logDet };
  }

  inverse(y: Tensor, at: At): Unmapped {
    const { y: x, logDet } = this.of.forward(y, at);
    return { x, logDet };
  }
}

/** What a transform that has them says of its limits. */
type Limits = Pick<Bijection, "tolerance" | "unsolved">;
