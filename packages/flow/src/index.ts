/** @file `@gen/flow`: normalizing flows. */
export { standardNormal } from "./base.js";
export type { Base } from "./base.js";
export { Chain, Inverted } from "./compose.js";
export { denseConditioner } from "./conditioner.js";
export type { Conditioner, ConditionerSizes, DenseConditionerOptions, MakeConditioner } from "./conditioner.js";
export { Coupling } from "./coupling.js";
export type { CouplingOptions } from "./coupling.js";
export { additive, affine } from "./element-map.js";
export type { AffineOptions, ElementMap, Moved } from "./element-map.js";
export { exportedFiles, sampleOfSeed } from "./export.js";
export type { DescribeOptions } from "./export.js";
export { Flow } from "./flow.js";
export type { FlowBatch, FlowOptions } from "./flow.js";
export { decode, encode, fields, logProb, sample } from "./programs.js";
export type { RowsOptions } from "./programs.js";
export { realNvp } from "./recipes/real-nvp.js";
export type { RealNvpOptions } from "./recipes/real-nvp.js";
export type { At, Bijection, Transform, Unmapped } from "./transform.js";
