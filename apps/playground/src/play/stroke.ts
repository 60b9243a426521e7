/** @file What a brush leaves on a small picture. */

export interface Stroke {
  readonly side: number;
  readonly brush: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly isErasing: boolean;
}

/** A line with a soft edge: full within the brush, fading over one pixel. */
export function stroked(value: Float32Array, { side, brush, from, to, isErasing }: Stroke): Float32Array {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const square = dx * dx + dy * dy;
  return value.map((before, i) => {
    const [px, py] = [(i % side) + 0.5 - from[0], Math.floor(i / side) + 0.5 - from[1]];
    const t = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
    const cover = Math.min(1, Math.max(0, brush + 0.5 - Math.hypot(px - t * dx, py - t * dy)));
    return isErasing ? Math.min(before, 1 - cover) : Math.max(before, cover);
  });
}
