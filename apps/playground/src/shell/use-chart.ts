/** @file A chart of uPlot in an element of a page: as wide as that, in the colours of the scheme. */
import { useEffect, useRef, type RefObject } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useScheme } from "./theme.js";

/** The least width that axes leave room for a line in. */
const NARROWEST = 120;

/** A custom property of the style sheet, such as `--ink-soft`, where the chart is. */
export type Colour = (name: string) => string;

/** All but what every chart here has in common. */
export type ChartOptions = Omit<uPlot.Options, "width" | "legend" | "cursor"> & { readonly height: number };

/**
 * Draws a chart into the element of the returned reference: a new one when the options change, else new data in it.
 *
 * @param optionsOf memoise it
 * @param data memoise it
 */
export function useChart(
  optionsOf: (colour: Colour) => ChartOptions,
  data: uPlot.AlignedData,
): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const scheme = useScheme();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const options = optionsOf((name) => style.getPropertyValue(name));
    const width = (): number => Math.max(NARROWEST, element.clientWidth);
    const shared = { width: width(), legend: { show: false }, cursor: { show: false } };
    const made = new uPlot({ ...options, ...shared }, [[], ...options.series.slice(1).map(() => [])], element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: width(), height: options.height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [optionsOf, scheme]);
  useEffect(() => {
    chart.current?.setData(data);
  }, [data, optionsOf, scheme]);
  return place;
}
