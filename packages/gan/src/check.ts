/** @file Checks of options, before anything is traced. */
import { GenError } from "@gen/core";

/** @throws GenError `range` unless value is a whole number ≥ least */
export function checkWhole(
  name: string,
  value: number,
  { where, least }: { readonly where: string; readonly least: number },
): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new GenError("range", `${where}: expected ${name} to be a whole number ≥ ${least}, got ${value}`);
}

/** @throws GenError `range` unless value is a finite number ≥ least */
export function checkNumber(
  name: string,
  value: number,
  { where, least = 0 }: { readonly where: string; readonly least?: number },
): void {
  if (Number.isFinite(value) && value >= least) return;
  throw new GenError("range", `${where}: expected ${name} ≥ ${least}, got ${value}`);
}

/** @throws GenError `range` unless there is at least one width, each a whole number ≥ 1 */
export function checkWidths(name: string, widths: readonly number[], where: string): void {
  if (widths.length === 0) throw new GenError("range", `${where}: expected at least one number of ${name}, got none`);
  widths.forEach((width) => checkWhole(name, width, { where, least: 1 }));
}
