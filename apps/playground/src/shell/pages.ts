/** @file The pages: a name for the address, a title for people, and the code, which is fetched when one goes there. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

export interface Page {
  readonly title: string;
  /** A line for those who do not know yet whether to go there. */
  readonly about: string;
  /** What stands in the list of pages; a page without it is reached from others. */
  readonly group: "start" | "play" | "learn";
  readonly View: LazyExoticComponent<ComponentType>;
  /** Below the page: the graph that runs, and the code that makes it. */
  readonly Understand?: LazyExoticComponent<ComponentType>;
}

/** By the name in the address; the first is where an address without one leads. */
export const PAGES = {
  home: page("start", { title: "Start", about: "", load: async () => (await import("../home/home-page.js")).HomePage }),
  vae: page("play", {
    title: "VAE",
    about: "walk through a plane of typefaces, or draw one letter and see the others",
    load: async () => (await import("../play/vae-page.js")).VaePage,
  }),
  train: page("learn", {
    title: "Train",
    about: "five families learn one density side by side, in this page",
    load: async () => (await import("../train/train-page.js")).TrainPage,
  }),
  compare: page("learn", {
    title: "Compare",
    about: "what was measured beside the papers, and one point under every family",
    load: async () => (await import("../compare/compare-page.js")).ComparePage,
  }),
  understand: page("learn", {
    title: "Understand",
    about: "each family’s equation, the graph that runs, and the code that makes it",
    load: async () => (await import("../understand/understand-page.js")).UnderstandPage,
  }),
} satisfies Record<string, Page>;

export type PageName = keyof typeof PAGES;

interface PageOptions extends Pick<Page, "title" | "about"> {
  readonly load: () => Promise<ComponentType>;
}

function page(group: Page["group"], { load, ...words }: PageOptions): Page {
  return { group, ...words, View: lazy(async () => ({ default: await load() })) };
}
