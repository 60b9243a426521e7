/** @file Codecs one after the other, as one. */
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import type { Scope } from "../program/scope.js";
import { sameShape, showShape, type Shape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";
import type { CheckOptions, Codec, CodecCard, EncodeOptions, Encoded } from "./codec.js";

/** The parts in the order of encoding: dequantise, then logit. Their log-determinants add up. */
export class Chain implements Codec {
  readonly parts: readonly Codec[];

  /** @throws GenError `shape` if a part does not take what the one before gives, `range` without parts */
  constructor(parts: readonly Codec[]) {
    if (parts.length === 0) throw new GenError("range", "Chain: expected at least one codec, got none");
    parts.slice(1).forEach(({ input }, i) => {
      const { output } = parts[i]!;
      if (!sameShape(input, output)) {
        throw new GenError(
          "shape",
          `Chain: expected part ${i + 1} to take ${showShape(output)}, got ${showShape(input)}`,
        );
      }
    });
    this.parts = parts;
  }

  get input(): Shape {
    return this.parts[0]!.input;
  }
  get output(): Shape {
    return this.parts.at(-1)!.output;
  }

  encode(x: Tensor, scope: Scope, options: EncodeOptions = {}): Encoded {
    const [first, ...rest] = this.parts as [Codec, ...Codec[]];
    return rest.reduce<Encoded>(
      (before, part) => {
        const { mask } = before;
        const next = part.encode(before.y, scope, { ...options, mask });
        return { ...next, logDet: before.logDet.add(next.logDet) };
      },
      first.encode(x, scope, options),
    );
  }

  decode(y: Tensor): Tensor {
    return this.parts.reduceRight((value, part) => part.decode(value), y);
  }

  known(mask: Tensor): Tensor {
    return this.parts.reduce((known, part) => part.known?.(known) ?? known.reshape([-1, ...part.output]), mask);
  }

  check(x: NdArray, options?: CheckOptions): void {
    this.parts[0]!.check(x, options);
  }

  /** What the user gives, and what log p means, is what the first part says. */
  describe(): CodecCard {
    const cards = this.parts.map((part) => part.describe());
    return { ...cards[0]!, spec: { kind: "chain", parts: cards.map(({ spec }) => spec) } };
  }
}
