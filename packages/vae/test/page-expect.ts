/** @file Two runs are the same, to a part of each number. */
import { expect } from "vitest";
import type { Run } from "./page.js";

export function expectSame(got: Run, wanted: Run, rtol: number): void {
  for (const field of ["losses", "samples"] as const) {
    expect(got[field]).toHaveLength(wanted[field].length);
    wanted[field].forEach((v, i) =>
      expect(Math.abs(got[field][i]! - v), `${field}[${i}]`).toBeLessThanOrEqual(rtol * Math.abs(v)),
    );
  }
}
