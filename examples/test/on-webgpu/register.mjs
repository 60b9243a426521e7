/** @file Given to Node before an example: the example then imports `./core.ts` and `./node.ts` for what they are named after. */
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
