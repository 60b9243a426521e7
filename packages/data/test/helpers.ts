/** What several tests here need: a folder of their own, files, and errors as values. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isGenError, type GenError } from "@gen/core";
import { afterEach, expect } from "vitest";

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new empty folder, which is removed after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "gen-data-"));
  made.push(path);
  return path;
}

/** The GenError that `work` ends with. */
export async function errorOf(work: () => unknown): Promise<GenError> {
  try {
    await work();
  } catch (thrown) {
    if (isGenError(thrown)) return thrown;
    throw thrown;
  }
  return expect.fail("expected a GenError, got none");
}

/** An idx file: element type, extents, then the content as it is. */
export function idx(type: number, shape: readonly number[], content: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint8(2, type);
  head.setUint8(3, shape.length);
  shape.forEach((extent, i) => head.setUint32(4 + 4 * i, extent));
  return Buffer.concat([new Uint8Array(head.buffer), content]);
}

/** Small whole numbers that look random and are the same each time. */
export function noise(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 13) & 255);
}
