/** @file A heap of numbers, each with a priority: the highest comes first, of equals the lower number. */
export class Heap {
  readonly #items: number[] = [];
  readonly #priorities: number[] = [];

  push(item: number, priority: number): void {
    let at = this.#items.length;
    this.#items.push(item);
    this.#priorities.push(priority);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): { readonly item: number; readonly priority: number } | undefined {
    const [item, priority] = [this.#items[0], this.#priorities[0]];
    if (item === undefined || priority === undefined) return undefined;
    this.#swap(0, this.#items.length - 1);
    this.#items.pop();
    this.#priorities.pop();
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) break;
      const child = left + 1 < this.#items.length && this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#isBefore(child, at)) break;
      this.#swap(child, at);
      at = child;
    }
    return { item, priority };
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#priorities[a]! - this.#priorities[b]!;
    return difference > 0 || (difference === 0 && this.#items[a]! < this.#items[b]!);
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#items, this.#priorities]) [list[a], list[b]] = [list[b]!, list[a]!];
  }
}
