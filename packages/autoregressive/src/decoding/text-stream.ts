/** @file Text as its tokens come: whole characters only, and nothing that may still turn out to be a text to stop at. */
import type { Tokenizer } from "../tokenizer/tokenizer.js";

export class TextStream {
  readonly #tokenizer: Tokenizer | undefined;
  readonly #stop: readonly string[];
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Characters that are not told yet. */
  #held = "";

  constructor(tokenizer: Tokenizer | undefined, stop: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#stop = stop.filter((text) => text !== "");
  }

  /** @returns what is now sure to be part of the text, and whether a text to stop at came */
  push(token: number): { readonly text: string; readonly stopped: boolean } {
    if (this.#tokenizer === undefined) return { text: "", stopped: false };
    const special = this.#tokenizer.specials.textOf(token);
    this.#held +=
      special === undefined
        ? this.#decoder.decode(this.#tokenizer.bytesOf(token), { stream: true })
        : this.#decoder.decode() + special;
    const ends = this.#stop.map((text) => this.#held.indexOf(text)).filter((at) => at >= 0);
    if (ends.length > 0) {
      const text = this.#held.slice(0, Math.min(...ends));
      this.#held = "";
      return { text, stopped: true };
    }
    const kept = this.#mayStop();
    const text = this.#held.slice(0, this.#held.length - kept);
    this.#held = this.#held.slice(this.#held.length - kept);
    return { text, stopped: false };
  }

  /** What is left when the text ends; half a character becomes U+FFFD. */
  end(): string {
    const text = this.#held + this.#decoder.decode();
    this.#held = "";
    return text;
  }

  /** How many characters at the end could be the beginning of a text to stop at. */
  #mayStop(): number {
    const longest = Math.max(0, ...this.#stop.map(({ length }) => length - 1));
    for (let count = Math.min(longest, this.#held.length); count > 0; count--) {
      const end = this.#held.slice(-count);
      if (this.#stop.some((text) => text.startsWith(end))) return count;
    }
    return 0;
  }
}
