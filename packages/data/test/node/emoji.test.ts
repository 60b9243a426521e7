import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { emoji } from "../../src/node/emoji.js";
import { errorOf, folder } from "../helpers.js";

const { GEN_DATA_DIR } = process.env;
const HEAD = "index\tcodepoints\temoji\tname\tgroup\tskin_tone\temoji_version";

/** A folder with `count` pictures, each of one colour, and a tone for each of the first two. */
function withEmoji({ count = 20, head = HEAD, bytes = 4096 } = {}): string {
  const dir = folder();
  const pixels = (n: number) => {
    const data = new Uint8Array(n * bytes);
    for (let i = 0; i < data.length; i++) data[i] = i % 4 === 3 ? (Math.floor(i / 4096) === 0 ? 51 : 255) : i % 4;
    return gzipSync(data, { level: 1 });
  };
  const line = (i: number, name: string) => `${i}\t1f600\t😀\t${name}\tgroup ${i % 3}\tnone\t1.0`;
  const lines = Array.from({ length: count }, (_, i) => line(i, i === 3 ? "flag: red" : `face ${i}`));
  writeFileSync(join(dir, "emoji32-base.rgba.gz"), pixels(count));
  writeFileSync(join(dir, "emoji32-base.tsv.gz"), gzipSync([head, ...lines, ""].join("\n")));
  writeFileSync(join(dir, "emoji32-tones.rgba.gz"), pixels(2));
  writeFileSync(join(dir, "emoji32-tones.tsv"), [HEAD, line(0, "face 0: dark"), line(1, "face 1: light")].join("\n"));
  return dir;
}

describe("emoji", () => {
  it("gives each to one split, tones where their base is", async () => {
    const dir = withEmoji();
    const sets = await Promise.all((["train", "valid", "test"] as const).map((split) => emoji({ split, dir })));
    expect(sets.map(({ length }) => length)).toEqual([16, 2, 2]);
    expect(new Set(sets.flatMap(({ names }) => names.map(({ name }) => name))).size).toBe(20);
    const toned = await Promise.all(
      (["train", "valid", "test"] as const).map((split) => emoji({ split, dir, tones: true })),
    );
    expect(toned.reduce((sum, { length }) => sum + length, 0)).toBe(22);
    for (const { names } of toned) {
      const all = names.map(({ name }) => name);
      expect(all.includes("face 0: dark")).toBe(all.includes("face 0"));
      expect(all.includes("face 1: light")).toBe(all.includes("face 1"));
    }
  });

  it("is drawn on white, or keeps its opacity", async () => {
    const dir = withEmoji();
    const first = async (channels: 3 | 4) => {
      for (const split of ["train", "valid", "test"] as const) {
        const set = await emoji({ split, dir, channels });
        const row = set.names.findIndex(({ name }) => name === "face 0");
        if (row >= 0) return { set, x: (await set.rows([row]))["x"]! };
      }
      return expect.fail("expected face 0 in a split");
    };
    const { set, x } = await first(3);
    expect(set).toMatchObject({ name: "emoji", fields: { x: { shape: [3, 32, 32] }, label: { dtype: "i32" } } });
    expect(set.classes).toEqual(["group 0", "group 1", "group 2"]);
    expect([0, 1024, 2048].map((i) => x.data[i])).toEqual([204, 204, 204]); // 0.2 · (0, 1, 2) + 0.8 · 255
    const { x: rgba } = await first(4);
    expect([0, 1024, 2048, 3072].map((i) => rgba.data[i])).toEqual([0, 1, 2, 51]);
  });

  it.each([
    [{ bytes: 4095 }, "format", "emoji32-base.rgba: expected 81920 bytes"],
    [{ head: "index\tname" }, "format", "expected the headings index, codepoints"],
    [{ head: `${HEAD}\n7\tx\tx\tx\tx` }, "format", "line 2: expected index 0"],
  ])("refuses files that are damaged: %j", async (options, code, text) => {
    const error = await errorOf(() => emoji({ dir: withEmoji(options) }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it("says what it looks for, and where", async () => {
    const dir = folder();
    const lacking = await errorOf(() => emoji({ dir }));
    expect(lacking.message).toContain(`expected emoji32-base.rgba.gz in ${dir}`);
    vi.stubEnv("GEN_DATA_DIR", "");
    expect((await errorOf(() => emoji())).message).toContain("GEN_DATA_DIR names");
    vi.unstubAllEnvs();
    expect((await errorOf(() => emoji({ dir: withEmoji(), channels: 2 as 3 }))).message).toContain("3 or 4, got 2");
    expect((await errorOf(() => emoji({ split: "tset" as "test" }))).message).toContain('did you mean "test"?');
  });

  it("is the set of Noto", async ({ skip }) => {
    if (GEN_DATA_DIR === undefined || !existsSync(join(GEN_DATA_DIR, "emoji32"))) skip("GEN_DATA_DIR has no emoji32");
    const sets = await Promise.all((["train", "valid", "test"] as const).map((split) => emoji({ split, tones: true })));
    expect(sets.reduce((sum, { length }) => sum + length, 0)).toBe(3414);
    expect(sets[0]!.classes).toHaveLength(9);
    const grin = sets.flatMap(({ names }) => names).find(({ name }) => name === "grinning face");
    expect(grin?.emoji).toBe("😀");
  });
});
