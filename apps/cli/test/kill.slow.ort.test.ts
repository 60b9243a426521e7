import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { killAndCompare } from "./kill.js";

it("a training that is killed again and again ends where it would have ended", async () => {
  const place = mkdtempSync(join(tmpdir(), "gen-kill-"));
  try {
    await killAndCompare(place, { kills: 10, steps: 6000 });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  expect.hasAssertions();
}, 600_000);
