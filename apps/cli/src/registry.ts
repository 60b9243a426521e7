/** @file Things that are looked up by name, with the nearest name when there is none. */
import { GenError, nearestName } from "@gen/core";

interface Named {
  readonly name: string;
}

export class Registry<T extends Named> {
  readonly #kind: string;
  readonly #items: ReadonlyMap<string, T>;

  /** @param kind what the things are, for messages: "recipe" */
  constructor(kind: string, items: readonly T[]) {
    this.#kind = kind;
    this.#items = new Map(items.map((item) => [item.name, item]));
  }

  get all(): readonly T[] {
    return [...this.#items.values()];
  }

  /** @throws GenError `option`, naming the nearest. */
  get(name: string, where: string): T {
    const item = this.#items.get(name);
    if (item !== undefined) return item;
    const names = [...this.#items.keys()];
    const nearest = nearestName(name, names);
    const list = `there are: ${names.join(", ")}`;
    throw new GenError("option", `${where}: expected the name of a ${this.#kind}, got ${name}`, {
      fix: nearest === undefined ? list : `did you mean ${nearest}? ${list}`,
    });
  }
}
