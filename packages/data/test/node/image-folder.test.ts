import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bytesOf } from "@gen/core";
import sharp from "sharp";
import { beforeEach, describe, expect, it } from "vitest";
import { imageFolder } from "../../src/node/image-folder.js";
import { errorOf, folder } from "../helpers.js";

type Colour = readonly [number, number, number];

async function paint(path: string, [r, g, b]: Colour, { width = 20, height = 12 } = {}): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const image = sharp({ create: { width, height, channels: 3, background: { r, g, b } } });
  await image.toFile(path);
}

let root: string;
beforeEach(() => {
  root = folder();
});

describe("imageFolder", () => {
  it("reads PNG, JPEG and WebP from class folders, however deep", async () => {
    await paint(join(root, "red", "a.png"), [255, 0, 0]);
    await paint(join(root, "red", "more", "b.WEBP"), [250, 0, 0]);
    await paint(join(root, "blue", "c.jpeg"), [0, 0, 255]);
    writeFileSync(join(root, "blue", "notes.txt"), "not a picture");
    const set = await imageFolder({ path: root, size: [4, 6] });
    expect(set.classes).toEqual(["blue", "red"]);
    expect(set.fields).toEqual({ x: { dtype: "u8", shape: [3, 4, 6] }, label: { dtype: "i32", shape: [] } });
    const { x, label } = await set.rows([1, 0]);
    expect([...bytesOf(label!.data)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    const planes = Array.from({ length: 6 }, (_, plane) => Number(x!.data[plane * 24 + 11]));
    [255, 0, 0, 0, 0, 255].forEach((value, plane) => expect(Math.abs(planes[plane]! - value)).toBeLessThan(4));
  });

  it("makes grey of colour, and has no label where there are no folders", async () => {
    await paint(join(root, "a.png"), [255, 255, 255]);
    await paint(join(root, "b.png"), [0, 0, 0]);
    const set = await imageFolder({ path: root, size: 3, channels: 1 });
    expect(set.classes).toBeUndefined();
    const { x } = await set.rows([0, 1]);
    expect([...bytesOf(x!.data)]).toEqual([...Array<number>(9).fill(255), ...Array<number>(9).fill(0)]);
  });

  it("shows the background through transparent places and narrows 16 bits", async () => {
    const clear = { width: 2, height: 2, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } as const;
    await sharp({ create: clear }).png().toFile(join(root, "a.png"));
    const deep = new Uint16Array(4).fill(0x8000);
    await sharp(deep, { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toFile(join(root, "b.png"));
    const set = await imageFolder({ path: root, size: 2, channels: 1, background: 200 });
    const { x } = await set.rows([0, 1]);
    expect([...bytesOf(x!.data)].map((value) => Math.round(value / 8))).toEqual([25, 25, 25, 25, 16, 16, 16, 16]);
  });

  it("cuts around the middle", async () => {
    const pixels = Uint8Array.from({ length: 60 }, (_, i) => (i % 10 < 2 || i % 10 > 7 ? 255 : 100));
    await sharp(pixels, { raw: { width: 10, height: 6, channels: 1 } })
      .png()
      .toFile(join(root, "a.png"));
    const { x } = await (await imageFolder({ path: root, size: 6, channels: 1 })).rows([0]);
    expect(new Set(bytesOf(x!.data))).toEqual(new Set([100]));
  });

  it("divides files by their path, so that new ones move no other", async () => {
    const source = join(root, "one.png");
    await paint(source, [1, 2, 3], { width: 1, height: 1 });
    const bytes = await sharp(source).png().toBuffer();
    for (let i = 0; i < 200; i++) writeFileSync(join(root, `p${i}.png`), bytes);
    const sizes = await Promise.all((["train", "test"] as const).map((split) => imageFolder({ path: root, split })));
    const [train, test] = sizes.map(({ length }) => length);
    expect(train! + test!).toBe(201);
    expect(test).toBeGreaterThan(8);
    expect(test).toBeLessThan(35);
  });

  it("takes train and test folders as they are", async () => {
    await paint(join(root, "train", "cat", "a.png"), [1, 1, 1]);
    await paint(join(root, "test", "cat", "b.png"), [2, 2, 2]);
    const set = await imageFolder({ path: root, split: "test", size: 1, channels: 1 });
    expect(set).toMatchObject({ length: 1, classes: ["cat"] });
    expect((await set.rows([0]))["x"]!.data[0]).toBe(2);
  });

  it("decodes again only what no longer fits", async () => {
    await paint(join(root, "a.png"), [10, 10, 10]);
    await paint(join(root, "b.png"), [20, 20, 20]);
    const set = await imageFolder({ path: root, size: 8, channels: 1, cacheBytes: 64 });
    await set.rows([0]);
    await set.rows([1]); // drops the first
    await paint(join(root, "a.png"), [30, 30, 30]);
    await paint(join(root, "b.png"), [40, 40, 40]);
    expect((await set.rows([1]))["x"]!.data[0]).toBe(20);
    expect((await set.rows([0]))["x"]!.data[0]).toBe(30);
  });

  it.each([
    ["empty", () => new Uint8Array(0)],
    ["text", () => Buffer.from("this is no picture")],
    ["cut", (whole: Uint8Array) => whole.subarray(0, whole.length * 0.6)],
    ["damaged", (whole: Uint8Array) => Buffer.from(whole).fill(0x55, 60, 120)],
  ])("names a file that is %s, when its row is asked for", async (_, damage) => {
    const noise = Uint8Array.from({ length: 3072 }, (_, i) => (i * i) % 251);
    const whole = await sharp(noise, { raw: { width: 32, height: 32, channels: 3 } })
      .png()
      .toBuffer();
    writeFileSync(join(root, "a.png"), whole);
    writeFileSync(join(root, "b.png"), damage(whole));
    const set = await imageFolder({ path: root, size: 4 });
    await set.rows([0]);
    const { code, message, fix } = await errorOf(() => set.rows([0, 1]));
    expect(code).toBe("format");
    expect(message.split("\n")[0]).toContain(join(root, "b.png"));
    expect(fix).toBe("remove or replace the file");
  });

  it("says what is wrong with a folder", async () => {
    expect((await errorOf(() => imageFolder({ path: join(root, "none") }))).message).toContain("none");
    expect(await errorOf(() => imageFolder({ path: root }))).toMatchObject({ code: "data" });
    await paint(join(root, "a.png"), [1, 1, 1]);
    await expect(errorOf(() => imageFolder({ path: root, size: 0 }))).resolves.toMatchObject({ code: "option" });
    const gone = await imageFolder({ path: root });
    await paint(join(root, "cat", "b.png"), [1, 1, 1]);
    expect((await errorOf(() => imageFolder({ path: root }))).message).toContain(
      `${join(root, "a.png")}: expected only folders`,
    );
    const { rmSync } = await import("node:fs");
    rmSync(join(root, "a.png"));
    await expect(errorOf(() => gone.rows([0]))).resolves.toMatchObject({ code: "file" });
  });
});
