/** @file `@gen/core/optim`: optimizers, schedules, and the transforms that chain with them. */
export { chain } from "./optim/optimizer.js";
export type { Optimizer, States, Update, UpdateSite } from "./optim/optimizer.js";
export { adam, adamw } from "./optim/adam.js";
export type { AdamOptions } from "./optim/adam.js";
export { lion } from "./optim/lion.js";
export type { LionOptions } from "./optim/lion.js";
export { muon } from "./optim/muon.js";
export type { MuonOptions } from "./optim/muon.js";
export { rmsprop } from "./optim/rmsprop.js";
export type { RmspropOptions } from "./optim/rmsprop.js";
export { sgd } from "./optim/sgd.js";
export type { SgdOptions } from "./optim/sgd.js";

export { accumulate } from "./optim/accumulate.js";
export { groups } from "./optim/group.js";
export type { ParameterGroup } from "./optim/group.js";
export { clampParameters, clipByGlobalNorm, clipByNorm, clipByValue, frozen, l2Penalty } from "./optim/links.js";
export { lookahead } from "./optim/lookahead.js";
export { ema, swa } from "./optim/average.js";
export type { Average, EmaOptions, SwaOptions } from "./optim/average.js";

export {
  cosine,
  exponentialDecay,
  inverseSqrt,
  linear,
  oneCycle,
  piecewise,
  rateAt,
  sequential,
  warmUp,
} from "./optim/schedule.js";
export type { OneCycleOptions, Rate, Stretch } from "./optim/schedule.js";
