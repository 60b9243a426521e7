import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bytesOf } from "@gen/core";
import { describe, expect, it, vi } from "vitest";
import { BINARIZED_MNIST, binarizedMnist } from "../../src/node/binarized-mnist.js";
import { mnist, readIdx } from "../../src/node/idx-sets.js";
import { cacheDir } from "../../src/node/places.js";
import { errorOf, folder, idx } from "../helpers.js";

const { GEN_DATA_DIR } = process.env;
const missing = (set: string) =>
  GEN_DATA_DIR === undefined || !existsSync(join(GEN_DATA_DIR, set)) ? `GEN_DATA_DIR has no ${set}` : false;

const images = gzipSync(idx(0x08, [10_000, 28, 28], new Uint8Array(7_840_000).fill(7)), { level: 1 });
const labels = gzipSync(idx(0x08, [10_000], new Uint8Array(10_000).fill(3)));

/** A folder with these as the test split of MNIST. */
function withMnist(files: { readonly images?: Uint8Array; readonly labels?: Uint8Array } = {}): string {
  const dir = folder();
  mkdirSync(join(dir, "mnist"));
  writeFileSync(join(dir, "mnist", "t10k-images-idx3-ubyte.gz"), files.images ?? images);
  writeFileSync(join(dir, "mnist", "t10k-labels-idx1-ubyte.gz"), files.labels ?? labels);
  return dir;
}

describe("mnist", () => {
  it("reads a folder that GEN_DATA_DIR names, or one that it is given", async () => {
    const dir = withMnist();
    vi.stubEnv("GEN_DATA_DIR", dir);
    const set = await mnist({ split: "test" });
    vi.unstubAllEnvs();
    expect(set).toMatchObject({ name: "mnist", split: "test", length: 10_000 });
    const rows = await (await mnist({ split: "test", dir: join(dir, "mnist") })).rows([9_999]);
    expect(rows["x"]!.shape).toEqual([1, 1, 28, 28]);
    expect(rows["label"]).toEqual({ dtype: "i32", shape: [1], data: Int32Array.of(3) });
  });

  it.each([
    ["empty", { images: new Uint8Array(0) }, "format", "t10k-images-idx3-ubyte.gz: size"],
    [
      "truncated",
      { images: images.subarray(0, 500) },
      "format",
      "t10k-images-idx3-ubyte.gz: expected a whole gzip file",
    ],
    ["another", { images: labels }, "format", "expected u8 [10000, 28, 28], got u8 [10000]"],
    ["a web page", { labels: Buffer.from("<html>") }, "format", "t10k-labels-idx1-ubyte.gz: magic"],
    [
      "wrong labels",
      { labels: idx(8, [10_000], new Uint8Array(10_000).fill(10)) },
      "data",
      "label of row 0: expected 0 to 9, got 10",
    ],
  ])("refuses a file that is %s", async (_, files, code, text) => {
    const error = await errorOf(() => mnist({ split: "test", dir: withMnist(files) }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
  });

  it("says which file a folder lacks", async () => {
    const dir = folder();
    const { code, message } = await errorOf(() => mnist({ dir }));
    expect(code).toBe("file");
    expect(message).toContain(`mnist: expected train-images-idx3-ubyte.gz in ${dir}`);
    await expect(errorOf(() => readIdx(join(dir, "none.idx")))).resolves.toMatchObject({ code: "file" });
  });

  it("is MNIST", async ({ skip }) => {
    const why = missing("mnist");
    if (why) skip(why);
    const set = await mnist();
    expect(set.length).toBe(60_000);
    const { x, label } = await set.rows([...Array(10).keys()]);
    expect([...bytesOf(label!.data)].filter((_, i) => i % 4 === 0)).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(
      bytesOf(x!.data)
        .subarray(0, 784)
        .reduce((sum, value) => sum + value, 0),
    ).toBe(27_525);
  });
});

describe("binarizedMnist", () => {
  it("reads bits, and the text that is fetched, alike", async () => {
    const bits = folder();
    const text = folder();
    writeFileSync(join(bits, "test.bits.gz"), gzipSync(new Uint8Array(980_000).fill(0b10000001)));
    writeFileSync(
      join(text, "binarized_mnist_test.amat"),
      "1 0 0 0 0 0 0 1 ".repeat(98).replace(/ $/, "\n").repeat(10_000),
    );
    const [a, b] = await Promise.all([bits, text].map((dir) => binarizedMnist({ split: "test", dir })));
    expect(a!.classes).toBeUndefined();
    expect((await a!.rows([0, 9_999]))["x"]).toEqual((await b!.rows([0, 9_999]))["x"]);
  });

  it("refuses a file of another size", async () => {
    const dir = folder();
    writeFileSync(join(dir, "valid.bits.gz"), gzipSync(new Uint8Array(97)));
    const { message } = await errorOf(() => binarizedMnist({ split: "valid", dir }));
    expect(message).toContain("valid.bits.gz: size: expected 980000 bytes (10000 pictures of 98 bytes), got 97");
  });

  it("is the published set", async ({ skip }) => {
    const why = missing("binarized-mnist");
    if (why) skip(why);
    const { createHash } = await import("node:crypto");
    const set = await binarizedMnist({ split: "test" });
    const x = bytesOf((await set.rows([...Array(10_000).keys()]))["x"]!.data);
    const amat = Buffer.alloc(2 * x.length, " ");
    for (let i = 0; i < x.length; i++) {
      amat[2 * i] = x[i] === 255 ? 0x31 : 0x30;
      if (i % 784 === 783) amat[2 * i + 1] = 0x0a;
    }
    expect(createHash("sha256").update(amat).digest("hex")).toBe(BINARIZED_MNIST.test.sha256);
  });
});

describe("cacheDir", () => {
  it("is where the environment says", () => {
    vi.stubEnv("GEN_CACHE_DIR", "");
    vi.stubEnv("XDG_CACHE_HOME", "/x");
    expect(cacheDir()).toBe(join("/x", "gen"));
    vi.stubEnv("GEN_CACHE_DIR", "/mine");
    expect(cacheDir()).toBe("/mine");
    vi.unstubAllEnvs();
  });
});
