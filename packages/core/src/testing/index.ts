/** @file `@gen/core/testing`: laws that models and runtimes keep, to be called from tests under vitest. */
export { describeConformance, describeGradients, expectClose } from "./conformance.js";
export type { ConformanceOptions, Run } from "./conformance.js";
export { describeModels, describeSteps } from "./conformance-models.js";
export type { ModelsOptions } from "./conformance-models.js";
export { describeModelGradients, expectGradients } from "./gradients.js";
export type { ExpectGradientsOptions, Given, ModelCase } from "./gradients.js";
export { spread } from "./primitive-cases-build.js";
export { runReference, scalarKey, startReference, valuesOf } from "./run-reference.js";
export type { PlainStore, RunReferenceOptions } from "./run-reference.js";
