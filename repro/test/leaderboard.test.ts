import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCommand } from "../src/command.js";
import { leaderboardText, readLeaderboard } from "../src/leaderboard.js";

const about = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, standardError: 0.05 });

describe("the leaderboard", () => {
  it("is a table for each set, the data first", () => {
    const sets = {
      mnist: [
        { id: "data", name: "other rows of the data", metrics: { frechet: about(0.5) } },
        { id: "vae/mnist/dense", name: "VAE", metrics: { frechet: about(3), copied: about(0.02) } },
      ],
    };
    const lines = leaderboardText({ n: 100, date: "2026-01-01", sets }).split("\n");
    expect(lines[0]).toMatch(/^mnist\s+Fréchet\s+KID · 100\s+precision/);
    expect(lines[1]).toMatch(/^other rows of the data\s+0\.500 ± 0\.100$/);
    expect(lines[2]).toMatch(/^VAE\s+3\.000 ± 0\.100\s+2\.0 ± 10\.0$/);
    expect(lines.at(-1)).toContain("100 samples of each beside 100 training rows");
  });

  it("is read back, where it is there and whole", async () => {
    const place = mkdtempSync(join(tmpdir(), "gen-board-"));
    expect(await readLeaderboard(join(place, "none.json"))).toBeUndefined();
    writeFileSync(join(place, "torn.json"), "{");
    await expect(readLeaderboard(join(place, "torn.json"))).rejects.toThrow("torn.json: expected JSON");
    rmSync(place, { recursive: true });
  });

  it("has a command", () => {
    expect(readCommand(["leaderboard"])).toEqual({ do: "leaderboard", n: 10_000, threads: 1 });
    expect(readCommand(["leaderboard", "--n", "2000", "--threads", "8"])).toEqual({
      do: "leaderboard",
      n: 2000,
      threads: 8,
    });
    expect(() => readCommand(["leaderboard", "--check"])).toThrow("--check has an effect only with the id of a row");
    expect(() => readCommand(["leaderboard", "--n", "10"])).toThrow("expected --n ≥ 1000");
  });
});
