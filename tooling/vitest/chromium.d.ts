import type { Browser, LaunchOptions } from "playwright";

/** Why there is no Chromium, if there is none: a test that needs it skips with these words. */
export declare const missing: string | undefined;
export declare const launchOptions: LaunchOptions;
export declare function launch(): Promise<Browser>;
