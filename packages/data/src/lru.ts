/** @file A cache with a bound. */

/** Keeps what was used last, up to a sum of sizes. What is larger than the bound is not kept. */
export class LruCache<K, V> {
  readonly #limit: number;
  readonly #sizeOf: (value: V) => number;
  /** A Map iterates in the order of insertion: the first key is the one unused for longest. */
  readonly #values = new Map<K, V>();
  #size = 0;

  constructor({ limit, sizeOf }: { readonly limit: number; readonly sizeOf: (value: V) => number }) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  /** Sum of the sizes of what is kept. */
  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#remove(key);
    const size = this.#sizeOf(value);
    if (size > this.#limit) return;
    this.#values.set(key, value);
    this.#size += size;
    for (const oldest of this.#values.keys()) {
      if (this.#size <= this.#limit) break;
      this.#remove(oldest);
    }
  }

  #remove(key: K): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#size -= this.#sizeOf(value);
  }
}
