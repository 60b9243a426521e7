/** @file `@gen/core/tune`: a trained model taken up again: its weights loaded from files, and adapters that fine-tune it. */
export { loadWeights } from "./model/load.js";
export { openFiles } from "./model/open.js";
export type { ModelFiles, ReadFile } from "./model/open.js";
export type { LoadWeightsOptions } from "./model/load.js";
export { lora } from "./model/lora.js";
export type { Adapter, Body, Lora, LoraOptions } from "./model/lora.js";
