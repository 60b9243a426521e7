/** @file A canvas with the plane, drawn again when what it shows or the theme changes. */
import { useEffect, useRef, useState } from "react";
import { drawPlane, type Plane } from "./plane.js";

/** Pixels along a side: enough for a card on a screen of double density. */
const SIZE = 480;

export function PlaneView({ label, points, logDensity }: Plane & { readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useEffect(() => {
    if (canvas.current !== null) drawPlane(canvas.current, { points, ...(logDensity !== undefined && { logDensity }) });
  }, [points, logDensity, theme]);
  return <canvas ref={canvas} width={SIZE} height={SIZE} role="img" aria-label={label} />;
}

/** Changes when the page turns dark or light. */
function useTheme(): boolean {
  const query = "(prefers-color-scheme: dark)";
  const [isDark, setDark] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const listen = (): void => setDark(list.matches);
    list.addEventListener("change", listen);
    return () => list.removeEventListener("change", listen);
  }, []);
  return isDark;
}
