/** @file The families that learn side by side, in the order in which they stand on the page. */
import type { Family } from "./course.js";
import { autoregressive } from "./courses/autoregressive.js";
import { diffusion } from "./courses/diffusion.js";
import { flow } from "./courses/flow.js";
import { gan } from "./courses/gan.js";
import { vae } from "./courses/vae.js";

export const FAMILIES: readonly Family[] = [vae, gan, flow, diffusion, autoregressive];
