/** @file Data of one's own in the bundled page: dropped, learned, sampled, taken away and brought back; files that are of no use. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { openFiles } from "@gen/core/tune";
import { missing } from "@gen/vitest/chromium";
import { unzipSync } from "fflate";
import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { dropped, file, openSite, tone, violations, type Payload } from "./site.js";

const site = openSite();

/** A PNG of one colour. Its checks are left at zero where they are not looked at. */
function png(side: number, [r, g, b]: readonly [number, number, number]): Buffer {
  const row = Buffer.concat([Buffer.of(0), Buffer.from(Array.from({ length: side }, () => [r, g, b]).flat())]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  const parts = [chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...parts]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc(body), body.length + 4);
  return whole;
}

function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

const whole = png(64, [9, 9, 9]);
const cut = file("cut.png", whole.subarray(0, 60));

it("says of files that are of no use what they are, and keeps what was there", async ({ skip }) => {
  if (missing !== undefined) skip(missing);
  const { page, complaints } = await site.open("?page=own&device=wasm");
  await page.locator(".learned").waitFor();
  const huge = png(2, [0, 0, 0]);
  huge.writeUInt32BE(10_000, 16);
  huge.writeUInt32BE(10_000, 20);
  const text = file("notes.txt", "to be or not to be, ".repeat(30));
  await dropped(page, [text]);
  await page.getByText("Found 600 characters, 8 different ones.").waitFor();
  const others: readonly [Payload, RegExp][] = [
    [file("scan.csv", "%PDF-1.7"), /scan\.csv: .* got a PDF document/],
    [file("empty.txt", ""), /empty\.txt: .* got an empty file/],
    [file("large.png", huge), /large\.png: expected at most 40 million pixels, got 100 million/],
    [cut, /cut\.png: expected a picture, got one that cannot be decoded/],
    [file("rows.csv", `n,m\n"1,2\n`), /rows\.csv: expected CSV, got .*quote/i],
    [file("short.wav", "RIFF\0\0\0\0WAVE"), /short\.wav: /],
  ];
  for (const [given, says] of others) {
    await dropped(page, [given]);
    await page.getByRole("alert").getByText(says).waitFor();
    await page.getByText("Found 600 characters, 8 different ones.").waitFor();
  }
  const load = page.getByLabel("Load a model");
  await load.setInputFiles(file("other.onnx", elsewhere()));
  await page
    .getByText(/other\.onnx: expected the weights of a family of this page, got a model of 1 operators \(Einstein\)/)
    .waitFor();
  await load.setInputFiles(file("words.onnx", "Once upon a time"));
  await page.getByText(/words\.onnx: expected an ONNX model, got a file that is none/).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

/** An ONNX model, y = Einstein(x), field by field. */
function elsewhere(): Buffer {
  const field = (number: number, ...parts: readonly (Buffer | string)[]): Buffer => {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    return Buffer.concat([Buffer.of(8 * number + 2, body.length), body]);
  };
  const shape = field(2, field(1, Buffer.of(8, 1), field(2))); // type: f32
  const graph = field(
    7,
    field(1, field(1, "x"), field(2, "y"), field(4, "Einstein")),
    field(2, "g"),
    field(11, field(1, "x"), shape),
    field(12, field(1, "y"), shape),
  );
  return Buffer.concat([Buffer.of(8, 10), graph, field(8, Buffer.of(16, 21))]);
}

const colours = Array.from({ length: 12 }, (_, i) => file(`${i}.png`, png(40, [20 * i, 255 - 20 * i, 128])));
const rows = Array.from(
  { length: 60 },
  (_, i) => `${i % 7},${i % 3 === 0 ? "red" : "blue"},${i % 5 === 0 ? "" : i / 10}`,
);

interface Kind {
  readonly files: readonly Payload[];
  readonly found: RegExp;
  readonly zip: string;
  /** Something that is shown of what was learned. */
  readonly sample: string;
}

it.for<Kind>([
  {
    files: [...colours, cut],
    found: /Found 12 pictures, each as 32 × 32 pixels; 1 could not be read: cut\.png/,
    zip: "vae-own-pictures",
    sample: "canvas[aria-label='Pictures of what was learned']",
  },
  {
    files: [file("a.csv", ["n,colour,size", ...rows].join("\n"))],
    found: /Found 60 rows of n \(integer\), colour \(categorical\), size \(real\)/,
    zip: "flow-own-table",
    sample: "[aria-label='Rows of what was learned'] td",
  },
  {
    files: [file("a.txt", "to be or not to be, ".repeat(30))],
    found: /Found 600 characters/,
    zip: "autoregressive-own-text",
    sample: "[aria-label='Text of what was learned']:not(:empty)",
  },
  {
    files: [tone()],
    found: /Found 12 windows of 0\.26 s at 8000 samples a second/,
    zip: "vae-own-sound",
    sample: "[aria-label='Sound 1 of what was learned']",
  },
])(
  "$zip: learned, sampled, exported, run elsewhere, and gone on with",
  async ({ files, found, zip, sample }, { skip }) => {
    if (missing !== undefined) skip(missing);
    const { page, complaints } = await site.open("?page=own&device=wasm&steps=200");
    await page.locator(".learned").waitFor();
    await dropped(page, files);
    await page.getByText(found).waitFor();
    await page.getByRole("button", { name: "Train" }).click();
    await page.getByText(/^200 of 200 steps/).waitFor({ timeout: 400_000 });
    await page.locator(sample).first().waitFor();
    const exporting = page.getByRole("button", { name: "Export as ONNX" });
    await expect.poll(() => exporting.isEnabled()).toBe(true);
    const download = page.waitForEvent("download", { timeout: 240_000 });
    await exporting.click();
    const path = join(site.folder, `${zip}.zip`);
    await (await download).saveAs(path);
    await page.getByText(new RegExp(`${zip}\\.zip: \\d ONNX files`)).waitFor();

    const unzipped = unzipSync(await readFile(path));
    const { card } = await openFiles((name) => Promise.resolve(unzipped[`${zip}/${name}`]!), zip);
    expect(card.recipe).toMatchObject({ of: "own" });
    const session = await ort.InferenceSession.create(unzipped[`${zip}/sampler.onnx`]!);
    expect(session.inputNames).toContain("seed");
    await session.release();

    await page.getByLabel("Load a model").setInputFiles(path);
    await page.getByText(/begins with these weights, at step \d+\. Press Train/).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  },
);
