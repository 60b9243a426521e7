/** @file Many numbers in order, read back from any place: in memory while they are few, in a temporary file beyond. */
import { randomUUID } from "node:crypto";
import { closeSync, openSync, read, unlinkSync, write } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { allocate, bytesOf, bytesPerElement, GenError, type DataOf, type DType } from "@gen/core";
import { fileError } from "@gen/core/node";

export interface PackedOptions<D extends DType> {
  readonly dtype: D;
  /** Bytes that are kept in memory. @default 2²⁸ */
  readonly memoryBytes?: number;
}

const readAt = promisify(read);
const writeAt = promisify(write);
/** Closes the file of what nobody holds any more. */
const reclaim = new FinalizationRegistry<number>(closeSync);

/** Numbers in one piece. */
const PIECE = 2 ** 18;

/** Written once from start to end, then closed, then read. */
export class Packed<D extends DType> {
  readonly dtype: D;
  readonly #limit: number;
  readonly #pieces: DataOf<D>[] = [];
  #length = 0;
  #file: number | undefined;
  #written = 0;

  constructor({ dtype, memoryBytes = 2 ** 28 }: PackedOptions<D>) {
    if (!(memoryBytes >= 0)) throw new GenError("range", `memoryBytes: expected at least 0, got ${memoryBytes}`);
    this.dtype = dtype;
    this.#limit = Math.floor(memoryBytes / bytesPerElement(dtype));
  }

  /** How many numbers there are. */
  get length(): number {
    return this.#length;
  }
  get inMemory(): boolean {
    return this.#file === undefined;
  }

  /** Adds numbers to the end; a promise while they go to the file, which is to be awaited. */
  append(values: DataOf<D>): Promise<void> | undefined {
    const within = this.#length % PIECE;
    if (within > 0 && within + values.length <= PIECE) {
      this.#pieces.at(-1)!.set(values as never, within);
      this.#length += values.length;
      return undefined;
    }
    return this.#appendLong(values);
  }

  /** To be called after the last number. */
  async close(): Promise<void> {
    if (this.#file !== undefined) await this.#flush();
  }

  /** `count` numbers from `start` on, of what is in memory. */
  at(start: number, count: number): DataOf<D> {
    this.#check(start, count);
    const out = allocate(this.dtype, count);
    for (let done = 0; done < count;) {
      const [piece, within] = [this.#pieces[Math.floor((start + done) / PIECE)]!, (start + done) % PIECE];
      const some = piece.subarray(within, within + count - done);
      out.set(some as never, done);
      done += some.length;
    }
    return out;
  }

  /** `count` numbers from `start` on, wherever they are. */
  async read(start: number, count: number): Promise<DataOf<D>> {
    if (this.#file === undefined) return this.at(start, count);
    this.#check(start, count);
    const out = allocate(this.dtype, count);
    const size = bytesPerElement(this.dtype);
    const bytes = bytesOf(out);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await readAt(this.#file, bytes, done, bytes.length - done, start * size + done);
      if (bytesRead === 0) throw new GenError("internal", "packed: expected what was written, got the end");
      done += bytesRead;
    }
    return out;
  }

  #check(start: number, count: number): void {
    if (start >= 0 && start + count <= this.#length) return;
    throw new GenError("internal", `packed: expected a place below ${this.#length}, got ${start + count}`);
  }

  async #appendLong(values: DataOf<D>): Promise<void> {
    for (let from = 0; from < values.length;) {
      const within = this.#length % PIECE;
      if (within === 0) await this.#begin();
      const count = Math.min(PIECE - within, values.length - from);
      this.#pieces.at(-1)!.set(values.subarray(from, from + count) as never, within);
      this.#length += count;
      from += count;
    }
  }

  async #begin(): Promise<void> {
    if (this.#file !== undefined || (this.#pieces.length + 1) * PIECE > this.#limit) await this.#flush();
    this.#pieces.push(allocate(this.dtype, PIECE));
  }

  /** Moves what is in memory to the file, which has no name any more: nothing is left behind, whatever happens. */
  async #flush(): Promise<void> {
    const path = join(tmpdir(), `gen-${randomUUID()}.packed`);
    try {
      if (this.#file === undefined) {
        this.#file = openSync(path, "wx+", 0o600);
        reclaim.register(this, this.#file);
        unlinkSync(path);
      }
      const last = ((this.#length - 1) % PIECE) + 1; //                in the last piece
      for (const [i, piece] of this.#pieces.entries()) {
        const bytes = bytesOf(i < this.#pieces.length - 1 ? piece : piece.subarray(0, last));
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await writeAt(this.#file, bytes, done, bytes.length - done, this.#written);
          done += bytesWritten;
          this.#written += bytesWritten;
        }
      }
      this.#pieces.length = 0;
    } catch (cause) {
      throw fileError("cannot write", path, cause);
    }
  }
}
