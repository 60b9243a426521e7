/** @file Files fetched piece by piece, so that one sees how far they are. */
import { GenError } from "@gen/core/sample";
import type { Fetched } from "./protocol.js";

/** @throws GenError `file` naming the address */
export async function fetchBytes(
  url: string,
  onPiece: (bytes: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const lost = (why: string, cause?: unknown): GenError =>
    new GenError("file", `cannot fetch ${url}: ${why}`, { fix: "check the connection and try again", cause });
  const response = await fetch(url).catch((cause: unknown) => {
    throw lost("the connection failed", cause);
  });
  if (!response.ok || response.body === null) throw lost(`the server answered ${response.status}`);
  const pieces: Uint8Array[] = [];
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw lost("the connection broke off", cause);
    });
    if (done) break;
    pieces.push(value);
    onPiece(value.length);
  }
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

/** Several files, counted as one. */
export class Tally {
  readonly #tell: (fetched: Fetched) => void;
  #loaded = 0;
  #total = 0;

  constructor(tell: (fetched: Fetched) => void) {
    this.#tell = tell;
  }

  async fetch(url: string, expected: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#total += expected;
    return fetchBytes(url, (bytes) => {
      this.#loaded += bytes;
      this.#tell({ loaded: this.#loaded, total: this.#total });
    });
  }
}
