/** @file The version of this package, as its files and errors name it. */
export const VERSION = "0.0.0";
