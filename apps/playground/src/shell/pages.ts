/** @file The pages: a name for the address, a title for people, and the code, which is fetched when one goes there. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

export interface Page {
  readonly title: string;
  /** What stands in the list of pages; a page without it is reached from others. */
  readonly group: "start" | "play" | "learn";
  readonly View: LazyExoticComponent<ComponentType>;
  /** Below the page: the graph that runs, and the code that makes it. */
  readonly Understand?: LazyExoticComponent<ComponentType>;
}

/** By the name in the address; the first is where an address without one leads. */
export const PAGES = {
  home: page("start", "Start", async () => (await import("../home/home-page.js")).HomePage),
  train: page("learn", "Train", async () => (await import("../train/train-page.js")).TrainPage),
} satisfies Record<string, Page>;

export type PageName = keyof typeof PAGES;

function page(group: Page["group"], title: string, load: () => Promise<ComponentType>): Page {
  return { group, title, View: lazy(async () => ({ default: await load() })) };
}
