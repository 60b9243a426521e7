/** @file The script of a row: `rows/<id>.ts`, exporting `row`. */
import { existsSync } from "node:fs";
import { GenError } from "@gen/core";
import { entryOf } from "./ledger.js";
import type { Row } from "./row.js";

/** @throws GenError `option` for an id that is unknown, or has no script yet */
export async function loadRow(id: string): Promise<Row> {
  const entry = entryOf(id);
  const script = new URL(`../rows/${id}.ts`, import.meta.url);
  if (!existsSync(script))
    throw new GenError("option", `repro: ${id} has no script yet`, {
      fix: "pnpm repro shows which rows were measured",
    });
  const { row } = (await import(script.href)) as { row: Omit<Row, keyof typeof entry> };
  return { ...entry, ...row };
}
