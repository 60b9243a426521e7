/** @file The rounding unit of numbers: what they all are multiples of. */

/** Largest and smallest power of ten that is tried. */
const TOP = 6;
const BOTTOM = -9;

export interface LatticeOptions {
  /** Relative error that the numbers carry. @default 2⁻²³, that of f32 */
  readonly epsilon?: number;
}

/**
 * Finds the largest of 1, 2 or 5 times a power of ten, from 10⁻⁹ to 5·10⁶, that all numbers are multiples of. Numbers are
 * given one by one and none is kept.
 */
export class Lattice {
  readonly #epsilon: number;
  /** The unit is a multiple of 10^exponent; undefined once there is none. */
  #exponent: number | undefined = TOP;
  /** Greatest common divisor of the numbers over 10^exponent; 0 before the first that is not 0. */
  #divisor = 0;
  #largest = 0;

  constructor({ epsilon = 2 ** -23 }: LatticeOptions = {}) {
    this.#epsilon = epsilon;
  }

  add(value: number): void {
    if (this.#exponent === undefined || value === 0) return;
    const size = Math.abs(value);
    this.#largest = Math.max(this.#largest, size);
    let exponent = this.#exponent;
    let count = over(size, exponent);
    while (!this.#isWhole(count, exponent)) {
      if (exponent === BOTTOM) {
        this.#exponent = undefined;
        return;
      }
      exponent--;
      this.#divisor *= 10;
      count = over(size, exponent);
    }
    this.#exponent = exponent;
    this.#divisor = gcd(this.#divisor, Math.round(count));
  }

  /** The unit; 0 if there is none, or if it is so fine that f32 would not hold it anyway. */
  get rounding(): number {
    if (this.#exponent === undefined) return 0;
    const digit = [5, 2].find((factor) => this.#divisor > 0 && this.#divisor % factor === 0) ?? 1;
    const unit = this.#divisor === 0 ? 1 : digit * 10 ** this.#exponent;
    const exact = Number(unit.toPrecision(1)); //                                  10 ** −3 is not 0.001 everywhere
    return this.#largest / exact > FINEST ? 0 : exact;
  }

  /** Multiples of 1 are exact in f32; of smaller units, near the decimal, and only while that tells them apart. */
  #isWhole(count: number, exponent: number): boolean {
    const nearest = Math.round(count);
    const error = exponent >= 0 ? 0 : 2 * this.#epsilon * count;
    return nearest > 0 && Math.abs(count - nearest) <= error && error < 0.1;
  }
}

/** Most steps from 0 that count as a rounding: beyond, f32 has hardly more digits than the numbers themselves. */
export const FINEST = 2 ** 20;

/** A unit as a fraction of whole numbers: multiples computed as m · top / bottom are the nearest f32 of their decimals. */
export function asFraction(unit: number): { readonly top: number; readonly bottom: number } {
  const bottom = Math.round(1 / unit);
  return unit < 1 && Math.abs(bottom * unit - 1) < 1e-9 ? { top: 1, bottom } : fractionOf(unit);
}

/** Units such as 0.2 or 2.5: over the power of ten that makes them whole; others as they are. */
function fractionOf(unit: number): { top: number; bottom: number } {
  for (let bottom = 1; bottom <= 1e9; bottom *= 10) {
    const top = unit * bottom;
    if (Math.round(top) > 0 && Math.abs(top - Math.round(top)) < 1e-9 * top) return { top: Math.round(top), bottom };
  }
  return { top: unit, bottom: 1 };
}

function over(size: number, exponent: number): number {
  return exponent < 0 ? size * 10 ** -exponent : size / 10 ** exponent;
}

function gcd(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
