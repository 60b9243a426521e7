/** @file An exported model, read from anywhere: the card first, then each file with its hash checked. */
import { GenError } from "../error.js";
import { parseCard, type Card } from "./card.js";

/** Gives the bytes of a file of the model's folder, by its plain name. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/** An exported model, opened. */
export interface ModelFiles {
  readonly card: Card;
  /** The bytes of one of its files. @throws GenError `file` for a name that the card does not know, `hash` if it changed */
  bytes(name: string): Promise<Uint8Array>;
}

/**
 * Opens an exported model.
 *
 * @param at what errors call the place it is in
 * @throws GenError `format`, `version` or `file`, naming the file and the field
 */
export async function openFiles(read: ReadFile, at: string): Promise<ModelFiles> {
  const card = parseCard(new TextDecoder().decode(await read("card.json")), { file: `${at}/card.json` });
  return {
    card,
    async bytes(name) {
      const entry = card.files[name];
      if (entry === undefined) {
        throw new GenError(
          "file",
          `${at}/card.json: expected a file "${name}", got ${Object.keys(card.files).join(", ")}`,
        );
      }
      const content = await read(name);
      const hash = await sha256(content);
      if (hash !== entry.sha256) {
        throw new GenError(
          "hash",
          `${at}/${name}: expected sha256 ${entry.sha256.slice(0, 12)}… as in the card, got ${hash.slice(0, 12)}…`,
          {
            fix: "export the model again, or copy the whole folder again",
          },
        );
      }
      return content;
    },
  };
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes.slice());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
