/** @file What a link holds: the page and its settings, so that whoever opens it sees the same. */
import { useCallback, useSyncExternalStore } from "react";

/** A setting: the values it may have; the first is the default and is left out of the address. */
export type Choices = Readonly<Record<string, readonly [string, ...string[]]>>;
export type Chosen<C extends Choices> = { readonly [K in keyof C]: C[K][number] };

const CHANGED = "gen:address";

/** Settings in the address of the page. What the address says and the page does not know is the default. */
export function useAddress<C extends Choices>(choices: C): [Chosen<C>, (change: Partial<Chosen<C>>) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const set = useCallback(
    (change: Partial<Chosen<C>>) => {
      window.history.replaceState(null, "", addressOf(window.location.search, change, choices));
      window.dispatchEvent(new Event(CHANGED));
    },
    [choices],
  );
  return [chosen(search, choices), set];
}

/** The settings that an address means. */
export function chosen<C extends Choices>(search: string, choices: C): Chosen<C> {
  const given = new URLSearchParams(search);
  const entries = Object.entries(choices).map(([name, values]) => {
    const value = given.get(name);
    return [name, value !== null && values.includes(value) ? value : values[0]];
  });
  return Object.fromEntries(entries) as Chosen<C>;
}

/** The address with some settings changed. */
export function addressOf<C extends Choices>(search: string, change: Partial<Chosen<C>>, choices: C): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries<string | undefined>(change)) {
    if (value === undefined || value === choices[name]![0]) params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === "" ? "?" : `?${text}`;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}
