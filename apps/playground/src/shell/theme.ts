/** @file Light or dark: as the system says, or as was chosen here. It stands on the root element, where the styles look. */
import { useSyncExternalStore } from "react";

export type Scheme = "light" | "dark";

const KEPT = "gen:scheme";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

/** What was chosen in an earlier visit; a browser that keeps nothing has no choice to give back. */
function kept(): Scheme | undefined {
  try {
    const scheme = window.localStorage.getItem(KEPT);
    return scheme === "light" || scheme === "dark" ? scheme : undefined;
  } catch {
    return undefined;
  }
}

function scheme(): Scheme {
  return document.documentElement.dataset["scheme"] === "dark" ? "dark" : "light";
}

function show(next: Scheme): void {
  document.documentElement.dataset["scheme"] = next;
  for (const listener of listeners) listener();
}

/** Before the first paint. */
export function startTheme(): void {
  const follow = (): void => show(kept() ?? (system.matches ? "dark" : "light"));
  system.addEventListener("change", follow);
  follow();
}

/** The scheme that is shown; whoever draws on a canvas draws again when it changes. */
export function useScheme(): Scheme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, scheme);
}

export function chooseScheme(next: Scheme): void {
  try {
    window.localStorage.setItem(KEPT, next);
  } catch {
    // it holds until the page is closed
  }
  show(next);
}
