import { describe, expect, it } from "vitest";
import { linesOf } from "../src/lines.js";

async function* given(...chunks: (readonly number[])[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Uint8Array.from(chunk));
}
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)];

describe("lines", () => {
  it("may be cut within a character or an end of line, and lack the last end", async () => {
    const all = bytes("héllo\r\n\nthere\nend");
    for (let at = 0; at <= all.length; at++) {
      const lines: string[] = [];
      for await (const line of linesOf(given(all.slice(0, at), all.slice(at)))) lines.push(line);
      expect(lines).toEqual(["héllo", "", "there", "end"]);
    }
  });

  it.each([[[0x68, 0xff]], [[0x68, 0xc3]]])("of other bytes are an error: %o", async (wrong) => {
    const read = async (): Promise<void> => {
      for await (const line of linesOf(given(wrong))) expect(line).toBe("");
    };
    await expect(read()).rejects.toThrow("standard input: expected UTF-8, got other bytes");
  });
});
