/**
 * @file `@gen/cli/options`: what the recipes can be told, and the models that some of them make of it, for forms elsewhere.
 * It reaches neither Node nor ONNX Runtime.
 */
export { checkValue, effective, resolve, unmetCondition } from "./schema/resolve.js";
export { defineOptions } from "./schema/schema.js";
export type { OptionsOf, Schema } from "./schema/schema.js";
export { ruleOf, showValue } from "./schema/field.js";
export type { Field, Fields, ValueOf } from "./schema/field.js";
export { computeOptions, trainingOptions } from "./train/options.js";
export { shapes } from "./write/shapes.js";
export { diffusionOptions } from "./recipes/diffusion-options.js";
export { flowModelOptions, modelOf as flowOf } from "./recipes/flow-model.js";
export { ganOf, ganOptions } from "./recipes/gan-options.js";
export { gptOptions } from "./recipes/gpt-options.js";
export { madeOptions } from "./recipes/vectors-options.js";
export { modelOf as vaeOf, objectiveOf, vaeOptions } from "./recipes/vae-options.js";
