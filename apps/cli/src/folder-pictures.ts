/** @file Pictures of a folder for a model that was exported, as large and in the colours that it takes. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { GenError, ndarray, type Dataset } from "@gen/core";
import { decodePicture } from "@gen/data/node";

export interface FolderPictures extends Dataset {
  /** Of the files, from the folder on. */
  readonly names: readonly string[];
}

export interface FolderPicturesOptions {
  /** What the model takes, [C, H, W]. */
  readonly shape: readonly number[];
  /** What shines through transparent pixels. @default 255 */
  readonly background?: number;
  /** Classes of a model that is conditioned on them. @default none */
  readonly classes?: readonly string[];
  /** The class of all, by name; the folder that a picture lies in unless given. */
  readonly label?: string | undefined;
  /** The command, for errors. */
  readonly where: string;
}

/** Is this a place with files in it? */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * The pictures in a folder and below it, by name.
 *
 * @returns rows `x` u8 [C, H, W], and `label` i32 where the model has classes
 * @throws GenError `file` for a place that is no folder of pictures, `option` for a model of other rows, `data` naming a
 *   picture without a class that the model knows
 */
export function folderPictures(
  folder: string,
  { shape, background = 255, classes, label, where }: FolderPicturesOptions,
): FolderPictures {
  const [channels, height, width] = shape;
  if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
    throw new GenError("option", `${where}: expected a model of pictures for a folder, got one of other rows`, {
      fix: "give a CSV file",
    });
  }
  const all = isFolder(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
  const names = all.filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
  if (names.length === 0)
    throw new GenError("file", `${where}: ${folder}: expected a folder of PNG, JPEG or WebP files, got none`);
  const labels = classes && names.map((name) => classOf(name, label ?? name.split(/[/\\]/)[0]!, { classes, where }));
  const decode = { size: [height!, width!], channels, background } as const;
  return {
    names,
    length: names.length,
    fields: {
      x: { dtype: "u8", shape: [channels, height!, width!] },
      ...(labels && { label: { dtype: "i32", shape: [] } }),
    },
    async rows(indices) {
      const pixels = await Promise.all(indices.map((i) => decodePicture(join(folder, names[i]!), decode)));
      const x = new Uint8Array(indices.length * channels * height! * width!);
      pixels.forEach((picture, i) => x.set(picture, i * picture.length));
      return {
        x: ndarray(x, [indices.length, ...shape], "u8"),
        ...(labels && {
          label: ndarray(
            indices.map((i) => labels[i]!),
            [indices.length],
            "i32",
          ),
        }),
      };
    },
  };
}

function classOf(
  picture: string,
  name: string,
  { classes, where }: { readonly classes: readonly string[]; readonly where: string },
): number {
  const found = classes.indexOf(name);
  if (found >= 0) return found;
  throw new GenError(
    "data",
    `${where}: ${picture}: expected a class of the model, one of ${classes.join(" ").slice(0, 200)}, got ${name}`,
    { fix: "put each picture into a folder that is called as its class, or say --label" },
  );
}
