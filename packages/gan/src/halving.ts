/** @file Pictures and lines that are halved, again and again: what is left of them. */
import { GenError, showShape, type Shape } from "@gen/core";

/**
 * The extents after so many halvings.
 *
 * @param axes 1 for lines [C, T], 2 for pictures [C, H, W]
 * @throws GenError `shape` for rows of another rank, and for an extent that does not halve evenly
 */
export function halved(shape: Shape, { times, axes, where }: { times: number; axes: 1 | 2; where: string }): Shape {
  const wanted = axes === 1 ? "lines [C, T]" : "pictures [C, H, W]";
  const factor = 2 ** times;
  const space = shape.slice(1);
  if (space.length !== axes || space.some((extent) => extent % factor !== 0)) {
    throw new GenError(
      "shape",
      `${where}: expected ${wanted} whose extents ${factor} divides, got ${showShape(shape)}`,
      {
        fix: "use fewer stages (channels), or rows of another size",
      },
    );
  }
  return space.map((extent) => extent / factor);
}
