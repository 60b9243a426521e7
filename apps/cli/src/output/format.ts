/** @file Numbers as people read them. Always the same, whatever the locale: logs are compared. */

/** `12,000`. */
export function showCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** About four digits: `103.2`, `0.01234`, `1.2e-7`. */
export function showNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(1).replace("e+", "e");
  if (size >= 1000) return showCount(value);
  return value.toFixed(Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(size)))));
}

/** `4 s`, `1 min 20 s`, `2 h 05 min`. */
export function showDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** `152 steps/s`, or `6.2 s a step` when it is slow. */
export function showRate(stepsPerSecond: number): string {
  if (stepsPerSecond >= 10) return `${showCount(stepsPerSecond)} steps/s`;
  if (stepsPerSecond >= 1) return `${stepsPerSecond.toFixed(1)} steps/s`;
  return `${showNumber(1 / stepsPerSecond)} s a step`;
}

/** `812 kB`, `2.4 MB`. */
export function showBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
