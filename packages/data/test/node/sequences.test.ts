import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMaybeGzip } from "../../src/node/read.js";
import { CHORALES, jsbChorales, openText, SCAN, scanTask, texts } from "../../src/node/sequences.js";
import { errorOf } from "../helpers.js";

const { GEN_DATA_DIR } = process.env;
const missing = (set: string) =>
  GEN_DATA_DIR === undefined || !existsSync(join(GEN_DATA_DIR, set)) ? `GEN_DATA_DIR has no ${set}` : false;

const remotes = [
  ...Object.entries(texts).map(([name, { file }]) => [`text/${name}`, file] as const),
  ...Object.values(CHORALES).map((file) => ["music/jsb-chorales", file] as const),
  ...Object.values(SCAN).flatMap(({ train, test }) => [["scan", train] as const, ["scan", test] as const]),
];

describe("sets of sequences", () => {
  it.each(remotes.map(([set, file]) => [file.url.slice(file.url.lastIndexOf("/") + 1), set, file] as const))(
    "%s of %s is the file that is registered",
    async (name, set, file) => {
      expect(file.url).toMatch(/\/[0-9a-f]{40}\//); //                         a commit, not a branch
      const path = join(GEN_DATA_DIR ?? "none", set, `${name}.gz`);
      expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
      if (!existsSync(path)) return;
      const bytes = await readMaybeGzip(path);
      expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([file.bytes, file.sha256]);
    },
  );

  it("are Shakespeare", async ({ skip }) => {
    const why = missing("text/tinyshakespeare");
    if (why) skip(why);
    const set = await openText("tinyshakespeare", { length: 64 });
    expect(set.vocabulary).toHaveLength(65);
    expect(set.decode((await set.rows([0]))["x"]!.data as Int32Array)).toMatch(/^First Citizen:\nBefore we proceed/);
  });

  it("are the chorales", async ({ skip }) => {
    const why = missing("music/jsb-chorales");
    if (why) skip(why);
    const sets = await Promise.all((["train", "valid", "test"] as const).map((split) => jsbChorales({ split })));
    expect(sets.map(({ pieces }) => pieces.length)).toEqual([229, 76, 77]);
    const { x, mask } = await sets[0]!.rows([0]);
    const sounding = (x!.data as Uint8Array).reduce((sum, v) => sum + v, 0);
    expect(sounding).toBe(sets[0]!.pieces[0]!.flat().length);
    expect((mask!.data as Uint8Array).reduce((sum, v) => sum + v, 0)).toBe(sets[0]!.pieces[0]!.length);
  });

  it("are the tasks of SCAN", async ({ skip }) => {
    const why = missing("scan");
    if (why) skip(why);
    const counts = { simple: [16_728, 4_182], length: [16_990, 3_920], "addprim-jump": [14_670, 7_706] } as const;
    for (const task of ["simple", "length", "addprim-jump"] as const) {
      const [train, test] = await Promise.all([scanTask({ task }), scanTask({ task, split: "test" })]);
      expect([train.length, test.length]).toEqual(counts[task]);
    }
  });

  it("explain options that are none", async () => {
    expect((await errorOf(() => scanTask({ task: "jump" as "length" }))).message).toContain(
      "expected task simple, length",
    );
    expect((await errorOf(() => jsbChorales({ step: "half" as "8th" }))).message).toContain("expected step quarter");
  });
});
