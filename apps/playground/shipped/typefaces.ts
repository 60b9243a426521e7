/** @file Where typefaces lie among the styles of the VAE of letters: for each, the mean of what the encoder makes of its glyphs. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ndarray } from "@gen/core";
import { openFolder } from "@gen/core/node";
import { glyphs } from "@gen/data/node";

/** @param folder of the exported model, which gets `typefaces.json`: codes by the names of the typefaces that have all letters */
export async function writeTypefaces(folder: string): Promise<void> {
  const { faces, faceOf, classes, ...set } = glyphs();
  const encoder = await (await openFolder(folder)).open("encode.onnx");
  const codes: [string, number[]][] = [];
  for (const [face, { family, style }] of faces.entries()) {
    const rows = Array.from(faceOf.keys()).filter((row) => faceOf[row] === face);
    if (rows.length < classes.length) continue;
    const { x, label } = await set.rows(rows);
    const ink = Float32Array.from(x!.data as Uint8Array, (v) => v / 255);
    const { mean } = await encoder.run({ x: ndarray(ink, x!.shape), label: label! });
    const size = mean!.shape[1]!;
    const code = Array.from({ length: size }, (_, i) => {
      const sum = rows.reduce((total, _, row) => total + Number(mean!.data[row * size + i]), 0);
      return Number((sum / rows.length).toFixed(3));
    });
    codes.push([`${family} ${style}`, code]);
  }
  await encoder.close();
  codes.sort(([a], [b]) => a.localeCompare(b, "en"));
  await writeFile(join(folder, "typefaces.json"), JSON.stringify(Object.fromEntries(codes)));
}
