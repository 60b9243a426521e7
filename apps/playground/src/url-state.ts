/** @file What a link holds: the page and its settings, so that whoever opens it sees the same. */
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

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

/** What is set, where the address does not say it yet. */
let ahead: string | undefined;
let writing: ReturnType<typeof setTimeout> | undefined;
/** Browsers refuse an address that changes more often than 100 times in 30 seconds: it follows in steps of so many milliseconds. */
const PACE = 350;
let written = -PACE;

function searchNow(): string {
  return ahead ?? window.location.search;
}

function write(): void {
  clearTimeout(writing);
  writing = undefined;
  if (ahead === undefined) return;
  window.history.replaceState(null, "", ahead);
  ahead = undefined;
  written = performance.now();
}

function set(search: string): void {
  ahead = search;
  const wait = written + PACE - performance.now();
  if (wait <= 0) write();
  else writing ??= setTimeout(write, wait);
  window.dispatchEvent(new Event(CHANGED));
}

/** Settings in the address of the page. What the address says and the page does not know is the default. Keep the object. */
export function useAddress<S extends Settings>(settings: S): [Chosen<S>, (change: Partial<Chosen<S>>) => void] {
  const search = useSyncExternalStore(subscribe, searchNow);
  useEffect(() => {
    misread.set(settings, complaintsOf(search, settings));
    window.dispatchEvent(new Event(CHANGED));
    return () => void misread.delete(settings);
  }, [search, settings]);
  return [
    useMemo(() => chosen(search, settings), [search, settings]),
    useCallback((change) => set(addressOf(searchNow(), change, settings)), [settings]),
  ];
}

/** What cannot be read of the address, by whose settings these are. */
const misread = new Map<Settings, readonly string[]>();

/** What the address says that is no value of its setting: a sentence for each; none after one has set it. */
export function useMisread(): string {
  return useSyncExternalStore(subscribe, () => [...new Set([...misread.values()].flat())].join("\n"));
}

/** A sentence for each setting of an address whose words are no value of it. */
export function complaintsOf(search: string, settings: Settings): readonly string[] {
  const given = new URLSearchParams(search);
  return Object.entries(settings).flatMap(([name, setting]) => {
    const known = spelling(setting);
    const words = given.get(name);
    if (words === null || known.parse(words) !== undefined) return [];
    const got = words === "" ? "nothing" : words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words;
    return [`${name}: expected ${known.expected}, got ${got}`];
  });
}

/** Characters of a wrong setting that are repeated. */
const SHOWN = 40;

/** Goes to another page of this site; "back" leads here. */
export function goTo(address: string): void {
  write();
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
  const went = (): void => {
    ahead = undefined; // of the page that one comes from
    listener();
  };
  window.addEventListener("popstate", went);
  window.addEventListener("pagehide", write);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", went);
    window.removeEventListener("pagehide", write);
    window.removeEventListener(CHANGED, listener);
  };
}
