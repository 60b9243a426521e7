/** @file Lines of text as their bytes come. */
import { GenError } from "@gen/core";

/** @throws GenError `format` for what is not UTF-8 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const textOf = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new GenError("format", "standard input: expected UTF-8, got other bytes", {
        fix: "convert it to UTF-8 first",
        cause,
      });
    }
  };
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + textOf(chunk)).split(/\r?\n/);
    rest = parts.pop()!;
    yield* parts;
  }
  rest += textOf();
  if (rest !== "") yield rest;
}
