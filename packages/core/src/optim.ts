/** @file `@gen/core/optim`: optimizers, schedules, and the transforms that chain with them. */
export { chain } from "./optim/optimizer.js";
export type { Optimizer, States, Update, UpdateSite } from "./optim/optimizer.js";
export { adam } from "./optim/adam.js";
export type { AdamOptions } from "./optim/adam.js";
export { accumulate } from "./optim/accumulate.js";
export { ema } from "./optim/average.js";
export type { Average } from "./optim/average.js";
export { clampParameters, clipByGlobalNorm, clipByValue } from "./optim/clip.js";
export { groups } from "./optim/group.js";
export type { ParameterGroup } from "./optim/group.js";
export { rmsprop } from "./optim/rmsprop.js";
export type { RmspropOptions } from "./optim/rmsprop.js";
export { cosine, exponentialDecay, linear, rateAt, warmUp } from "./optim/schedule.js";
export type { Rate } from "./optim/schedule.js";
export { sgd } from "./optim/sgd.js";
export type { SgdOptions } from "./optim/sgd.js";
