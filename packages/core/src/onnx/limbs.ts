/**
 * @file 64-bit whole numbers as two halves of 32 bits each, [high, low], for providers without the former. Everything
 * wraps; i64 is u64 in two's complement, and differs where numbers are compared, divided or stretched.
 */
import { GenError } from "../error.js";
import type { Node } from "../ir/node.js";
import { full, scalar, type Tensor } from "../tensor/tensor.js";

/** The high and the low half, both u32. */
export type Limbs = readonly [high: Tensor, low: Tensor];

const HALF = 65536;
const SIGN = 2 ** 31;

const u32 = (value: number): Tensor => scalar(value, "u32");
const bit = (condition: Tensor): Tensor => condition.cast("u32");
const zerosLike = ({ shape }: Tensor): Tensor => full(shape, 0, "u32");

export function add([a, b]: Limbs, [c, d]: Limbs): Limbs {
  const low = b.add(d);
  return [a.add(c).add(bit(low.less(d))), low];
}

export function sub([a, b]: Limbs, [c, d]: Limbs): Limbs {
  return [a.sub(c).sub(bit(b.less(d))), b.sub(d)];
}

export function neg(x: Limbs): Limbs {
  return sub([u32(0), u32(0)], x);
}

export function mul([a, b]: Limbs, [c, d]: Limbs): Limbs {
  return [productHigh(b, d).add(a.mul(d)).add(b.mul(c)), b.mul(d)];
}

/** The high half of the product of two halves, from four products of 16-bit quarters. */
function productHigh(b: Tensor, d: Tensor): Tensor {
  const [b1, b0] = quarters(b);
  const [d1, d0] = quarters(d);
  const middle = b1.mul(d0).add(b0.mul(d0).div(HALF)); // below 2³²
  const [carry, rest] = quarters(middle);
  return b1.mul(d1).add(carry).add(b0.mul(d1).add(rest).div(HALF));
}

/** The upper and the lower 16 bits. */
function quarters(x: Tensor): [Tensor, Tensor] {
  const upper = x.div(HALF);
  return [upper, x.sub(upper.mul(HALF))];
}

export function equal([a, b]: Limbs, [c, d]: Limbs): Tensor {
  return a.equal(c).and(b.equal(d));
}

/** Order of numbers: of u64, or with `signed` of i64. */
export function less(x: Limbs, y: Limbs, signed: boolean): Tensor {
  const [[a, b], [c, d]] = signed ? [biased(x), biased(y)] : [x, y];
  return a.less(c).or(a.equal(c).and(b.less(d)));
}

/** i64 in the order of u64, and back: the sign turned round. */
export function biased([a, b]: Limbs): Limbs {
  return [a.add(u32(SIGN)), b];
}

export function choose(condition: Tensor, [a, b]: Limbs, [c, d]: Limbs): Limbs {
  return [condition.where(a, c), condition.where(b, d)];
}

export function isNegative([high]: Limbs): Tensor {
  return high.less(u32(SIGN)).not();
}

export function abs(x: Limbs): Limbs {
  return choose(isNegative(x), neg(x), x);
}

/**
 * Toward zero, by a power of two that is known.
 *
 * @throws GenError `device` for any other divisor: a quotient of 64-bit numbers would take thousands of operators
 */
export function div(x: Limbs, divisor: Node, signed: boolean): Limbs {
  const shift = shiftOf(divisor);
  if (!signed) return shiftRight(x, shift);
  const size = shiftRight(abs(x), shift);
  return choose(isNegative(x), neg(size), size);
}

function shiftOf(divisor: Node): number {
  const value = divisor.op === "constant" && divisor.attrs.value.data.length === 1 ? divisor.attrs.value.data[0]! : 0;
  const shift = Number(value) > 0 ? Math.log2(Number(value)) : -1;
  if (!Number.isInteger(shift) || shift < 0 || BigInt(value) !== 1n << BigInt(shift)) {
    throw new GenError("device", "webgpu: expected a constant power of two as divisor of 64-bit numbers, got another", {
      fix: "divide i32 or u32, or run this program on the CPU",
    });
  }
  return shift;
}

function shiftRight([a, b]: Limbs, shift: number): Limbs {
  if (shift === 0) return [a, b];
  if (shift >= 32) return [zerosLike(a), shift === 32 ? a : a.div(2 ** (shift - 32))];
  return [a.div(2 ** shift), b.div(2 ** shift).add(a.mul(2 ** (32 - shift)))];
}

/**
 * What adding up many numbers gives, where `total` adds up u32: the sums of their 16-bit quarters, with the carries
 * handed on. Exact for at most 65,536 terms.
 */
export function summed([a, b]: Limbs, total: (x: Tensor) => Tensor): Limbs {
  const [a1, a0, b1, b0] = [...quarters(a), ...quarters(b)].map(total) as [Tensor, Tensor, Tensor, Tensor];
  const [carry0, low0] = quarters(b0);
  const [carry1, low1] = quarters(b1.add(carry0));
  return [a1.mul(HALF).add(a0).add(carry1), low1.mul(HALF).add(low0)];
}

/** The most terms that {@link summed} can take. */
export const MOST_TERMS = HALF;

/** The largest along axes, which are kept; u64, or biased i64. */
export function largest([a, b]: Limbs, axes: readonly number[]): Limbs {
  const high = a.max(axes, { keepDims: true });
  const low = a.equal(high).where(b, u32(0)).max(axes, { keepDims: true });
  return [high, low];
}

/** Whole numbers of 32 bits stretched: zeros in front, or copies of the sign. */
export function stretched(x: Tensor): Limbs {
  if (x.dtype === "u32") return [zerosLike(x), x];
  return [u32(0).sub(bit(x.less(0))), x.cast("u32")];
}

/** f32 toward zero; exact, as f32 holds every number of 24 bits times a power of two. */
export function fromReal(x: Tensor): Limbs {
  const size = x.abs().floor();
  const high = size.mul(2 ** -32).floor();
  const limbs: Limbs = [high.cast("u32"), size.sub(high.mul(2 ** 32)).cast("u32")];
  return choose(x.less(0), neg(limbs), limbs);
}

/** To f32, rounded twice. */
export function toReal(x: Limbs, signed: boolean): Tensor {
  const [high, low] = signed ? abs(x) : x;
  const size = high
    .cast("f32")
    .mul(2 ** 32)
    .add(low.cast("f32"));
  return signed ? isNegative(x).where(size.neg(), size) : size;
}

/** squares32 at the counters 0, 1, …, as in rng/squares.ts. Widynski 2020, arXiv:2004.06278v7 */
export function randomBits(key: Limbs, counters: Tensor): Tensor {
  const swap = ([a, b]: Limbs): Limbs => [b, a];
  const round = (x: Limbs, c: Limbs): Limbs => swap(add(square(x), c));
  const [high, low] = key;
  const y: Limbs = [productHigh(counters, low).add(counters.mul(high)), counters.mul(low)];
  const z = add(y, key);
  const [, bits] = round(round(round(round(y, y), z), y), z);
  return bits;
}

function square([a, b]: Limbs): Limbs {
  const cross = a.mul(b);
  const [b1, b0] = quarters(b);
  const product = b1.mul(b0);
  const middle = product.add(b0.mul(b0).div(HALF));
  const [carry, rest] = quarters(middle);
  return [b1.mul(b1).add(carry).add(product.add(rest).div(HALF)).add(cross.add(cross)), b.mul(b)];
}
