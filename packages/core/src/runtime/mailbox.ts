/** @file Requests to a worker, each of which waits for its answer. */
import { GenError } from "../error.js";

/** What `serve.mjs` sends back. */
export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export class Mailbox {
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  #next = 0;
  #ended: GenError | undefined;

  /** Whether no request waits. */
  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Sends a request by `post`, which gets its number; gives the answer. */
  ask(post: (id: number) => void): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      post(id);
    });
  }

  answer({ id, result, error }: Answer): void {
    const request = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) request?.resolve(result);
    else request?.reject(new GenError("device", `onnxruntime: ${error.trim()}`));
  }

  /** No answer will come any more: what waits and what comes later fails, by the first reason. */
  fail(reason: GenError): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
