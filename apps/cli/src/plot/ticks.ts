/** @file Round numbers along an axis. */

/** 1, 2 or 5 times a power of ten: the smallest such step that is at least `raw`. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5].find((factor) => factor * power >= raw * (1 - 1e-9)) ?? 10);
}

/** At most about `count` round numbers in [low, high], ascending; just `low` when both ends are the same. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const step = roundStep((high - low) / Math.max(1, count));
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toFixed(digits)));
}

/** Labels for ticks that are `step` apart: all with the same number of decimals, thousands with commas. */
export function tickLabels(values: readonly number[]): string[] {
  const step = values.length > 1 ? values[1]! - values[0]! : Math.abs(values[0] ?? 1);
  const digits = Math.min(8, Math.max(0, -Math.floor(Math.log10(step === 0 ? 1 : step) + 1e-9)));
  return values.map((value) => value.toFixed(digits).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ","));
}
