/** @file The one way to sharp, which decodes and encodes picture files and is an optional peer. */
import { GenError } from "@gen/core";
import type sharp from "sharp";

type Sharp = typeof sharp;

let loaded: Promise<Sharp> | undefined;

/** @throws GenError `file` if sharp is not installed or has no binary for this machine. */
export function loadSharp(): Promise<Sharp> {
  loaded ??= import("sharp").then(
    (module) => module.default,
    (cause: unknown) => {
      loaded = undefined;
      throw new GenError("file", "pictures: expected the package sharp, got none that loads", {
        fix: "npm install sharp",
        cause,
      });
    },
  );
  return loaded;
}
