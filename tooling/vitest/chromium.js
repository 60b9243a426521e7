/** @file The Chromium that is already on the machine, for the web tier and for tests that open pages. */
import { existsSync } from "node:fs";
import { chromium } from "playwright";

const { GEN_CHROMIUM } = process.env;
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
];

const executablePath = (GEN_CHROMIUM ? [GEN_CHROMIUM] : PLACES).find((path) => existsSync(path));

/** Why there is none, if there is none: a test that needs it skips with these words. */
export const missing =
  executablePath === undefined ? "needs Chromium: install it, or name it in GEN_CHROMIUM" : undefined;

/** WebGPU on a software adapter: for correctness, on any machine. Its times mean nothing. */
const FLAGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-webgpu-adapter=swiftshader",
];

export const launchOptions = { executablePath, args: FLAGS };

export const launch = () => chromium.launch(launchOptions);
