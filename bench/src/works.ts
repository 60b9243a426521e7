/** @file All works, in the order in which they run and stand in the table. */
import type { Work } from "./work.js";
import { coreDuels, coreSolos } from "./works/core.js";
import { diffusions } from "./works/diffusion.js";
import { flows } from "./works/flow.js";
import { gans } from "./works/gan.js";
import { pictures } from "./works/pixels.js";
import { planes } from "./works/plane.js";
import { texts } from "./works/text.js";
import { vaes } from "./works/vae.js";

export const works: readonly Work[] = [
  ...vaes,
  ...gans,
  ...flows,
  ...diffusions,
  ...texts,
  ...pictures,
  ...planes,
  ...coreDuels,
  ...coreSolos,
];
