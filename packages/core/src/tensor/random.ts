/**
 * @file Randomness in graphs. A key is a u64 scalar tensor, split and never mutated; the same keys, bits and uniform
 * draws come out here, on the host (`rng/`) and in an exported file, on every device; normal draws agree up to rounding.
 */
import { GOLDEN, ROOT_KEY } from "../rng/key.js";
import { GILES_CENTRAL, GILES_TAIL } from "../rng/random.js";
import { sizeOf, type Shape } from "../shape.js";
import { apply, scalar, type Tensor } from "./tensor.js";

const wide = (value: bigint): Tensor => scalar(value, "u64");
const HALF = 1n << 32n;

/** The two halves of each 64-bit number swapped, by multiplication and division alone. */
function swapHalves(x: Tensor): Tensor {
  return x.div(wide(HALF)).add(x.mul(wide(HALF)));
}

/** 2·⌊h(x)/2⌋ + 1, where h is squares64 under the fixed key with its last xor replaced by an addition. */
function keyAt(counter: Tensor): Tensor {
  const y = counter.mul(wide(ROOT_KEY));
  const z = y.add(wide(ROOT_KEY));
  let x = swapHalves(y.mul(y).add(y));
  x = swapHalves(x.mul(x).add(z));
  x = swapHalves(x.mul(x).add(y));
  const t = x.mul(x).add(z);
  x = swapHalves(t);
  const mixed = t.add(x.mul(x).add(y).div(wide(HALF)));
  return mixed.div(wide(2n)).mul(wide(2n)).add(wide(1n));
}

/** The key of a seed (u64 scalar), as `key(seed)` on the host. */
export function keyFromSeed(seed: Tensor): Tensor {
  return keyAt(seed.add(wide(1n)).mul(wide(GOLDEN)));
}

/** The `i`-th child of a key, as `split(key, i)` on the host. `i` may be a tensor: any whole-number scalar. */
export function splitKey(key: Tensor, i: number | Tensor): Tensor {
  const index = typeof i === "number" ? wide(BigInt(i)) : i.cast("u64");
  return keyAt(key.add(index.add(wide(1n)).mul(wide(GOLDEN))));
}

/** Raw draws, u32. */
export function randomBits(key: Tensor, shape: Shape): Tensor {
  return apply("randomBits", [key], { shape: [...shape] });
}

/** Draws from U(0, 1), both ends excluded: (⌊bits / 2⁹⌋ + ½) · 2⁻²³, exact in f32. */
export function randomUniform(key: Tensor, shape: Shape): Tensor {
  return randomBits(key, shape)
    .div(512)
    .cast("f32")
    .add(0.5)
    .mul(2 ** -23);
}

export interface NormalDrawOptions {
  /** Draws given that |z| ≤ within: from the truncated normal distribution. At least 0; a scalar f32 may be it, too. @default any */
  readonly within?: number | Tensor;
}

/**
 * Draws from N(0, 1) by the inverse distribution function √2 · erf⁻¹(2u − 1): logarithm, root and polynomials, no sine.
 *
 * @see Giles 2010, "Approximating the erfinv function", table 5
 */
export function randomNormal(key: Tensor, shape: Shape, { within }: NormalDrawOptions = {}): Tensor {
  const drawn = randomUniform(key, shape);
  const u =
    within === undefined
      ? drawn
      : drawn
          .sub(0.5)
          .mul((typeof within === "number" ? scalar(within) : within).mul(Math.SQRT1_2).erf()) // the share of the distribution that lies within
          .add(0.5);
  const w = u.mul(u.neg().add(1)).mul(4).log().neg();
  const central = polynomial(w.sub(2.5), GILES_CENTRAL);
  const tail = polynomial(w.sqrt().sub(3), GILES_TAIL);
  const p = sizeOf(shape) === 0 ? central : w.less(5).where(central, tail);
  return p.mul(u.mul(2).sub(1)).mul(Math.SQRT2);
}

/** Draws of −1 and 1, as likely. */
export function randomSigns(key: Tensor, shape: Shape): Tensor {
  return randomUniform(key, shape).less(0.5).cast("f32").mul(2).sub(1);
}

/** Draws of whole numbers in [0, below), i32. */
export function randomInteger(key: Tensor, shape: Shape, below: number): Tensor {
  return randomUniform(key, shape)
    .mul(below)
    .cast("i32")
    .minimum(below - 1);
}

/** Horner's rule; coefficients from the highest power down. */
function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [first, second, ...rest] = coefficients as [number, number, ...number[]];
  return rest.reduce((p, c) => p.mul(x).add(c), x.mul(first).add(second));
}
