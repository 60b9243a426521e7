/** @file The pages: a name for the address, a title for people, and the code, which is fetched when one goes there. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

export interface Page {
  readonly title: string;
  /** A line for those who do not know yet whether to go there. */
  readonly about: string;
  /** What stands in the list of pages; a page without it is reached from others. */
  readonly group: "start" | "play" | "learn";
  readonly View: LazyExoticComponent<ComponentType>;
}

/** By the name in the address; the first is where an address without one leads. */
export const PAGES = {
  home: page("start", { title: "Start", about: "", load: async () => (await import("../home/home-page.js")).HomePage }),
  vae: page("play", {
    title: "VAE",
    about: "walk through a plane of typefaces, or draw one letter and see the others",
    load: async () => (await import("../play/vae-page.js")).VaePage,
  }),
  gan: page("play", {
    title: "GAN",
    about: "digits from noise: truncated, and on the way from one to another",
    load: async () => (await import("../play/gan-page.js")).GanPage,
  }),
  flow: page("play", {
    title: "Flow",
    about: "noise and data side by side, and log p exactly of what you draw",
    load: async () => (await import("../play/flow-page.js")).FlowPage,
  }),
  diffusion: page("play", {
    title: "Diffusion",
    about: "scrub through the walk from noise to digits; cover a part and have it drawn anew",
    load: async () => (await import("../play/diffusion-page.js")).DiffusionPage,
  }),
  words: page("play", {
    title: "Words",
    about: "type words, and see emoji that nobody drew appear out of noise",
    load: async () => (await import("../play/words-page.js")).WordsPage,
  }),
  pixels: page("play", {
    title: "PixelCNN",
    about: "rub out a part of a digit, and watch it come back pixel by pixel",
    load: async () => (await import("../play/pixels-page.js")).PixelsPage,
  }),
  gpt: page("play", {
    title: "GPT",
    about: "Shakespeare, character by character, with every way of choosing the next one",
    load: async () => (await import("../play/gpt-page.js")).GptPage,
  }),
  chorales: page("play", {
    title: "Chorales",
    about: "four voices after Bach, to look at and to listen to",
    load: async () => (await import("../play/chorales-page.js")).ChoralesPage,
  }),
  emoji: page("play", {
    title: "Emoji",
    about: "pictures in colour from codes that a second network draws",
    load: async () => (await import("../play/emoji-page.js")).EmojiPage,
  }),
  train: page("learn", {
    title: "Train",
    about: "five families learn one density side by side, in this page",
    load: async () => (await import("../train/train-page.js")).TrainPage,
  }),
  own: page("learn", {
    title: "Your data",
    about: "drop pictures, a table, text or sound: a small model learns them here, and nothing leaves the tab",
    load: async () => (await import("../own/own-page.js")).OwnPage,
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
