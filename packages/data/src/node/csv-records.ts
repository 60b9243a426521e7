/** @file Records of a CSV file, one at a time, by RFC 4180, with the line on which each begins. */
import { Readable, pipeline } from "node:stream";
import { GenError, messageOf } from "@gen/core";
import { CsvError, parse, type Options } from "csv-parse";
import { streamText } from "./stream.js";

export interface CsvFormat {
  /** What stands between fields. @default sniffed: the one of , ; tab | that divides the first lines alike */
  readonly separator?: string;
}

export interface CsvRecord {
  readonly fields: readonly string[];
  /** From 1. */
  readonly line: number;
}

const SEPARATORS = [",", ";", "\t", "|"] as const;
/** Characters and lines that are looked at to find the separator. */
const SNIFFED = 65_536;
const LINES = 50;
/** A record longer than this has a quote that was never closed. */
const LONGEST = 2 ** 20;

/**
 * The records of a file, gzipped or not. Lines without anything are passed over.
 *
 * @throws GenError `format` naming line and column of a quote that is not right, or of a record with more or fewer
 *   fields than the first; `file` if it cannot be read
 */
export async function* csvRecords(path: string, { separator }: CsvFormat = {}): AsyncGenerator<CsvRecord> {
  if (separator !== undefined && (separator.length !== 1 || /["\r\n]/.test(separator))) {
    throw new GenError("option", `csv: expected one character as separator, got ${JSON.stringify(separator)}`);
  }
  const text = streamText(path);
  let head = "";
  while (head.length < SNIFFED) {
    const next = await text.next();
    if (next.done === true) break;
    head += next.value;
  }
  const delimiter = separator ?? sniffSeparator(head);
  const options: Options = { delimiter, info: true, relax_column_count: true, skip_empty_lines: true };
  const lines = { record_delimiter: ["\r\n", "\n", "\r"], max_record_size: LONGEST }; // also mixed
  const source = Readable.from(chained(head, text));
  const parser = pipeline(source, parse({ ...options, ...lines }), () => undefined);
  let width: number | undefined;
  try {
    for await (const each of parser) {
      const { record: fields, info } = each as { record: string[]; info: { lines: number } };
      const line = info.lines - fields.reduce((count, field) => count + field.split("\n").length - 1, 0);
      width ??= fields.length;
      if (fields.length !== width) {
        throw new GenError("format", `${path}: line ${line}: expected ${width} fields, got ${fields.length}`, {
          fix: `check its quotes and separators (${JSON.stringify(delimiter)} here)`,
        });
      }
      yield { fields, line };
    }
  } catch (thrown) {
    throw thrown instanceof CsvError ? badCsv(path, thrown) : thrown;
  } finally {
    source.destroy();
  }
}

async function* chained(head: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (head !== "") yield head;
  yield* rest;
}

/** The separator that divides the first lines into the most fields, the same number in each; a comma if none does. */
export function sniffSeparator(text: string): string {
  const plain = text.replace(/"(?:[^"]|"")*"/g, '""'); //             what is quoted does not count
  const lines = plain.split(/\r\n|\n|\r/).filter((line) => line !== "");
  const whole = text.length >= SNIFFED && lines.length > 1 ? lines.slice(0, -1) : lines;
  let [best, most] = [",", 1];
  for (const separator of SEPARATORS) {
    const counts = new Set(whole.slice(0, LINES).map((line) => line.split(separator).length));
    const [count] = counts;
    if (counts.size === 1 && count! > most) [best, most] = [separator, count!];
  }
  return best;
}

const QUOTES: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a closing quote before the end of the file",
  CSV_INVALID_CLOSING_QUOTE: 'a separator or the end of the line after a closing quote (a quote inside is doubled: "")',
  INVALID_OPENING_QUOTE: "a quote only at the beginning of a field",
  CSV_MAX_RECORD_SIZE: `records below ${LONGEST} characters`,
};

function badCsv(path: string, error: CsvError): GenError {
  const { lines, column, index } = error as CsvError & { lines?: number; column?: number | string; index?: number };
  const place = typeof column === "number" ? column : (index ?? 0);
  const wanted = QUOTES[error.code] ?? "CSV";
  return new GenError(
    "format",
    `${path}: line ${lines ?? 1}, column ${place + 1}: expected ${wanted}, got ${messageOf(error)}`,
    {
      fix: "correct the quotes there",
      cause: error,
    },
  );
}
