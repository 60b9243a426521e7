/** @file What a link holds: the page and its settings, so that whoever opens it sees the same. */
import { useCallback, useSyncExternalStore } from "react";

/** A setting that is not one of a few words: how the address spells it. */
export interface Setting<T> {
  /** Left out of the address. */
  readonly start: T;
  /** What a spelling means; undefined if nothing. */
  parse(text: string): T | undefined;
  print(value: T): string;
  /** What it may be, to complete "expected …". */
  readonly expected: string;
}

/** Settings by name: the words one may choose from, the first of them the default, or how another value is spelled. */
export type Settings = Readonly<Record<string, readonly [string, ...string[]] | Setting<unknown>>>;
export type Chosen<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends readonly string[] ? S[K][number] : S[K] extends Setting<infer T> ? T : never;
};

/** A number within a range, with as many decimals as are worth keeping in a link. */
export function number({ start, min, max, decimals = 0 }: NumberRange): Setting<number> {
  return {
    start,
    parse: (text) => {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      const isWhole = decimals > 0 || Number.isInteger(value);
      return value >= min && value <= max && isWhole ? value : undefined;
    },
    print: (value) => String(Number(value.toFixed(decimals))),
    expected: `a ${decimals > 0 ? "" : "whole "}number from ${min} to ${max}`,
  };
}

export interface NumberRange {
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** @default 0: whole numbers */
  readonly decimals?: number;
}

/** The seed of a page: the same one gives the same samples everywhere. */
export const SEED = number({ start: 1, min: 0, max: 2 ** 31 - 1 });

/** Words of one's own. */
export function text({ start, length }: { readonly start: string; readonly length: number }): Setting<string> {
  return {
    start,
    parse: (given) => given.slice(0, length),
    print: (value) => value.slice(0, length),
    expected: "words",
  };
}

const CHANGED = "gen:address";

/** Settings in the address of the page. What the address says and the page does not know is the default. */
export function useAddress<S extends Settings>(settings: S): [Chosen<S>, (change: Partial<Chosen<S>>) => void] {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  const set = useCallback(
    (change: Partial<Chosen<S>>) => {
      window.history.replaceState(null, "", addressOf(window.location.search, change, settings));
      window.dispatchEvent(new Event(CHANGED));
    },
    [settings],
  );
  return [chosen(search, settings), set];
}

/** Goes to another page of this site; "back" leads here. */
export function goTo(address: string): void {
  window.history.pushState(null, "", address);
  window.dispatchEvent(new Event(CHANGED));
  window.scrollTo(0, 0);
}

/** The settings that an address means. */
export function chosen<S extends Settings>(search: string, settings: S): Chosen<S> {
  const given = new URLSearchParams(search);
  const entries = Object.entries(settings).map(([name, setting]) => {
    const known = spelling(setting);
    const text = given.get(name);
    return [name, (text === null ? undefined : known.parse(text)) ?? known.start];
  });
  return Object.fromEntries(entries) as Chosen<S>;
}

/** The address with some settings changed. */
export function addressOf<S extends Settings>(search: string, change: Partial<Chosen<S>>, settings: S): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries<unknown>(change)) {
    const known = spelling(settings[name]!);
    const printed = value === undefined ? undefined : known.print(value);
    if (printed === undefined || printed === known.print(known.start)) params.delete(name);
    else params.set(name, printed);
  }
  return `?${params.toString()}`;
}

function spelling(setting: Settings[string]): Setting<unknown> {
  if ("start" in setting) return setting;
  return {
    start: setting[0],
    parse: (text) => (setting.includes(text) ? text : undefined),
    print: (value) => String(value),
    expected: setting.length === 1 ? setting[0] : `one of ${setting.join(", ")}`,
  };
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}
