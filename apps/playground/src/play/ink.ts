/** @file The colours of the page, for canvases. */

/** The colour of text where an element stands: red, green and blue. */
export function inkOf(element: Element): readonly [number, number, number] {
  return channels(getComputedStyle(element).color);
}

/** A colour of the page by its name, such as "--accent". */
export function colour(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name);
}

function channels(rgb: string): readonly [number, number, number] {
  const [r = 0, g = 0, b = 0] = (rgb.match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}
