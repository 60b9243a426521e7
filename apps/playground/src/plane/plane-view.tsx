/** @file A canvas with the plane, drawn again when what it shows or the theme changes. */
import { useEffect, useRef } from "react";
import { useScheme } from "../shell/theme.js";
import { drawPlane, type Plane } from "./plane.js";

/** Pixels along a side: enough for a card on a screen of double density. */
const SIZE = 480;

export function PlaneView({ label, points, colours, logDensity, line }: Plane & { readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useScheme();
  useEffect(() => {
    if (canvas.current === null) return;
    drawPlane(canvas.current, {
      points,
      ...(colours !== undefined && { colours }),
      ...(logDensity !== undefined && { logDensity }),
      ...(line !== undefined && { line }),
    });
  }, [points, colours, logDensity, line, scheme]);
  return <canvas ref={canvas} className="square" width={SIZE} height={SIZE} role="img" aria-label={label} />;
}
