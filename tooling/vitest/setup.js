/** @file Printing to the console fails the test that did it. */
import { beforeEach, expect, vi } from "vitest";

const METHODS = ["debug", "error", "info", "log", "trace", "warn"];

beforeEach(() => {
  const printed = [];
  const spies = METHODS.map((method) =>
    vi.spyOn(console, method).mockImplementation((...words) => {
      printed.push(`console.${method}: ${words.join(" ")}`);
    }),
  );
  return () => {
    for (const spy of spies) spy.mockRestore();
    expect(printed, "a test must not print to the console").toEqual([]);
  };
});
