/** @file Where Chromium is. */
import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** `GEN_CHROMIUM`, or where Linux has it. */
export function chromiumPath(): string | undefined {
  const named = process.env["GEN_CHROMIUM"];
  return named === undefined || named === "" ? PLACES.find((path) => existsSync(path)) : named;
}
