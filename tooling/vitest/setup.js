/** @file Printing to the console fails the test that did it. */
import { afterEach, beforeEach, expect, vi } from "vitest";

const METHODS = /** @type {const} */ (["debug", "info", "log", "warn", "error", "trace"]);

beforeEach(() => {
  for (const method of METHODS) vi.spyOn(console, method);
});

afterEach(() => {
  const printed = METHODS.flatMap((method) => vi.mocked(console[method]).mock.calls.map((line) => line.join(" ")));
  vi.restoreAllMocks();
  expect(printed, "a test must not print to the console").toEqual([]);
});
