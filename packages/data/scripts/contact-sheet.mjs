/**
 * @file Draws the figure of the README: one typeface a row. After `pnpm build`, in the folder of this package:
 *
 *     node scripts/contact-sheet.mjs
 */
import { fileURLToPath } from "node:url";
import { grid } from "@gen/data";
import { glyphs, writePng } from "@gen/data/node";

const LETTERS = "AaBbEeGgKkMmQqRrSsWwYy0123456789";
const ROWS = 18;

const set = glyphs();
const wanted = [...LETTERS].map((letter) => set.classes.indexOf(letter));
const rowOf = new Map();
const { label } = set.rows([...Array(set.length).keys()]);
for (let row = 0; row < set.length; row++) rowOf.set(`${set.faceOf[row]} ${label.data[row]}`, row);

/** Faces that have all the letters, evenly from A to Z. */
const whole = set.faces
  .map((_, face) => wanted.map((c) => rowOf.get(`${face} ${c}`)))
  .filter((rows) => !rows.includes(undefined));
const chosen = Array.from({ length: ROWS }, (_, i) => whole[Math.floor((i + 0.5) * (whole.length / ROWS))]).flat();

const { x } = set.rows(chosen);
const ink = { ...x, data: x.data.map((value) => 255 - value) };
const path = fileURLToPath(new URL("../glyphs.png", import.meta.url));
await writePng(path, grid(ink, { columns: LETTERS.length, gap: 0, background: 255 }));
