/**
 * @file Bytes as characters that can be seen: how files of tokenizers write a token that is no text by itself. Bytes of
 * printable Latin-1 are themselves; the others get the characters from U+0100 on, in order.
 */

const isShown = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

const hidden = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isShown(byte));

/** The character of each byte. */
export const CHARACTERS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  String.fromCharCode(isShown(byte) ? byte : 0x100 + hidden.indexOf(byte)),
);

const BYTES = new Map(CHARACTERS.map((character, byte) => [character, byte]));

/** Bytes as text. */
export function shown(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => CHARACTERS[byte]!).join("");
}

/** The bytes that such a text stands for; undefined if it has another character. */
export function hiddenIn(text: string): Uint8Array | undefined {
  const bytes = Array.from(text, (character) => BYTES.get(character));
  return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes as number[]);
}
