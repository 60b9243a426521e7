/**
 * @file Makes `public/models/` from the weights that `repro/` holds: a folder for each model, with its card. Does nothing
 * where what is there came from the same weights and the same sources.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GenError } from "@gen/core";
import { exportRow } from "@gen/repro/export";
import { MOST_BYTES, SHIPPED, type Shipped } from "./models.js";
import { writeTypefaces } from "./typefaces.js";

const here = fileURLToPath(new URL("..", import.meta.url));
const root = join(here, "../..");
const target = join(here, "public/models");
const models: readonly (readonly [string, Shipped])[] = Object.entries(SHIPPED);

/** Everything that the files follow from. */
async function stampOf(): Promise<string> {
  const hash = createHash("sha256");
  const packages = await readdir(join(root, "packages"));
  const folders = [
    "repro/src",
    "repro/rows",
    "apps/playground/shipped",
    ...packages.map((name) => `packages/${name}/src`),
  ];
  const sources = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder), { recursive: true });
      return names.filter((name) => /\.m?ts$/.test(name)).map((name) => join(folder, name));
    }),
  );
  const weights = models.map(([, { row }]) => `repro/weights/${row}.safetensors`);
  for (const path of [...sources.flat().sort(), ...weights]) hash.update(path).update(await readFile(join(root, path)));
  return hash.digest("hex");
}

async function make(stamp: string): Promise<void> {
  const fresh = join(here, `node_modules/.models-${process.pid}`);
  await mkdir(fresh, { recursive: true });
  let all = 0;
  for (const [name, { row, files, precision }] of models) {
    const card = await exportRow({ id: row, to: join(fresh, name), files, precision });
    const bytes = Object.values(card.files).reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > MOST_BYTES.each)
      throw new GenError("range", `${name} has ${bytes} bytes, more than ${MOST_BYTES.each}`);
    all += bytes;
  }
  await writeTypefaces(join(fresh, "glyphs-vae"));
  if (all > MOST_BYTES.all) throw new GenError("range", `the models have ${all} bytes, more than ${MOST_BYTES.all}`);
  await writeFile(join(fresh, "stamp"), stamp);
  await rm(target, { recursive: true, force: true });
  await mkdir(join(here, "public"), { recursive: true });
  await rename(fresh, target).catch(async (cause: unknown) => {
    await rm(fresh, { recursive: true });
    if (!existsSync(join(target, "stamp"))) throw cause; // else another process was faster
  });
}

const stamp = await stampOf();
const before = await readFile(join(target, "stamp"), "utf8").catch(() => "");
if (before !== stamp) await make(stamp);
