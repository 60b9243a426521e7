/** @file Files fetched piece by piece, so that one sees how far they are, and kept for when there is no connection. */
import { GenError } from "@gen/core/sample";
import { keep, kept } from "../offline/store.js";
import type { Fetched } from "./protocol.js";

type OnPiece = (bytes: number) => void;

interface Whole {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it need not be fetched next time. */
  readonly isKept: boolean;
}

/**
 * A file that is what its host has now; without a connection, as it was.
 *
 * @throws GenError `file` naming the address
 */
export async function fetchNewest(url: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return (await fetchAndKeep(url)).bytes;
  } catch (error) {
    const before = await kept(url);
    if (before === undefined) throw error;
    return new Uint8Array(await before.arrayBuffer());
  }
}

/**
 * A file whose address changes with what is in it: fetched once.
 *
 * @throws GenError `file` naming the address
 */
async function fetchOnce(url: string, onPiece: OnPiece): Promise<Whole> {
  const before = await kept(url);
  if (before === undefined) return fetchAndKeep(url, onPiece);
  const bytes = new Uint8Array(await before.arrayBuffer());
  onPiece(bytes.length);
  return { bytes, isKept: true };
}

async function fetchAndKeep(url: string, onPiece: OnPiece = () => undefined): Promise<Whole> {
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
  const type = response.headers.get("content-type") ?? "application/octet-stream";
  const whole = new Blob(pieces as BlobPart[], { type });
  const isKept = await keep(url, new Response(whole));
  return { bytes: new Uint8Array(await whole.arrayBuffer()), isKept };
}

/** Several files, counted as one. */
export class Tally {
  readonly #tell: (fetched: Fetched) => void;
  #loaded = 0;
  #total = 0;
  #isKept = true;

  constructor(tell: (fetched: Fetched) => void) {
    this.#tell = tell;
  }

  /** Whether all of them need not be fetched next time. */
  get isKept(): boolean {
    return this.#isKept;
  }

  async fetch(url: string, expected: number): Promise<Uint8Array<ArrayBuffer>> {
    this.#total += expected;
    const { bytes, isKept } = await fetchOnce(url, (bytes) => {
      this.#loaded += bytes;
      this.#tell({ loaded: this.#loaded, total: this.#total });
    });
    this.#isKept &&= isKept;
    return bytes;
  }
}
