/** @file The public surface of @gen/data/node. */
export { glyphs } from "./node/glyphs.js";
