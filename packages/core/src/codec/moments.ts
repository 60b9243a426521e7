/** @file Mean, deviation and range of numbers that pass by once. */

/**
 * Running moments in float64, without cancellation:
 *
 *     mₙ = mₙ₋₁ + (xₙ − mₙ₋₁)/n,    sₙ = sₙ₋₁ + (xₙ − mₙ₋₁)(xₙ − mₙ),    std = √(sₙ/n)
 *
 * @see Welford 1962, "Note on a method for calculating corrected sums of squares and products"
 */
export class Moments {
  #count = 0;
  #mean = 0;
  #squares = 0;
  #low = Infinity;
  #high = -Infinity;

  add(x: number): void {
    this.#count++;
    const from = x - this.#mean;
    this.#mean += from / this.#count;
    this.#squares += from * (x - this.#mean);
    if (x < this.#low) this.#low = x;
    if (x > this.#high) this.#high = x;
  }

  get count(): number {
    return this.#count;
  }
  get mean(): number {
    return this.#mean;
  }
  /** Of the numbers themselves: divided by their count, not by the count − 1. */
  get std(): number {
    return Math.sqrt(this.#squares / this.#count);
  }
  /** The least of them. */
  get low(): number {
    return this.#low;
  }
  /** The greatest of them. */
  get high(): number {
    return this.#high;
  }
}
