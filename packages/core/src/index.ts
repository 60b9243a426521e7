/** @file `@gen/core`: graphs, gradients, layers, optimizers, programs and training. Neither Node nor ONNX Runtime is imported here. */
export { GenError, isGenError, messageOf } from "./error.js";
export type { ErrorCode, ErrorDetails } from "./error.js";
export { allocate, bytesOf, bytesPerElement, DTYPES, isReal, isWide, viewOf } from "./dtype.js";
export type { Data, DataOf, DType } from "./dtype.js";
export { sameShape, showShape, sizeOf, stridesOf } from "./shape.js";
export type { Shape } from "./shape.js";
export { ndarray, scalarOf, zeros } from "./ndarray.js";
export type { NdArray } from "./ndarray.js";
export { interpolate } from "./interpolate.js";
export type { InterpolateOptions } from "./interpolate.js";
export { nearestName } from "./nearest.js";

export { key, keyFrom, split } from "./rng/key.js";
export type { Key } from "./rng/key.js";
export { normal as normalDraws, randomBits as bitDraws, uniform as uniformDraws } from "./rng/random.js";
export { permutation, permute } from "./rng/permutation.js";

export { Graph } from "./ir/graph.js";
export type { Port } from "./ir/graph.js";
export type { Node, TensorType } from "./ir/node.js";
export { evaluate as evaluateGraph } from "./ir/evaluate.js";
export { simplify } from "./ir/simplify.js";
export { arrayInit, constantInit, normalInit, uniformInit } from "./ir/initializer.js";
export type { Initializer } from "./ir/initializer.js";

export { concat, constant, full, iota, scalar, stack, Tensor } from "./tensor/tensor.js";
export type { CumSumOptions, Operand, ReduceOptions } from "./tensor/tensor.js";
export { feed, param, state } from "./tensor/inputs.js";
export { scan, straightThrough, withGradient } from "./tensor/control.js";
export type { ScanOptions, ScanResult, ScanStep } from "./tensor/control.js";
export { gelu, leakyRelu, logSigmoid, logSoftmax, logSumExp, oneHot, silu, softmax, softplus } from "./tensor/math.js";
export {
  keyFromSeed,
  randomBits,
  randomInteger,
  randomNormal,
  randomSigns,
  randomUniform,
  splitKey,
} from "./tensor/random.js";
export { hessianVectorProduct, hutchinsonTrace, jacobian, jacobianTrace } from "./autodiff/derivatives.js";
export { grad, jvp, vjp } from "./autodiff/grad.js";

export { parameters, paths } from "./program/model.js";
export type { Model } from "./program/model.js";
export { traceScope } from "./program/scope.js";
export type { Mode, Scope, TracedScope } from "./program/scope.js";
export { program } from "./program/program.js";
export type { Program, ProgramOptions, StateSpec } from "./program/program.js";
export { repeat, sequence } from "./program/compose.js";

export { Runtime } from "./runtime/runtime.js";
export type { Pending, RunOptions } from "./runtime/runtime.js";
export { Store } from "./runtime/store.js";
export type { Backend, Choice, Considered, Handle, Kernel } from "./runtime/backend.js";
export { reference } from "./runtime/reference.js";

export { inference, trainStep } from "./train/step.js";
export type { BatchField, BatchOf, BatchSpec, LossResult, TrainStepOptions } from "./train/step.js";
export { fit } from "./train/fit.js";
export type { FitOptions, Report } from "./train/fit.js";
export { evaluate } from "./train/evaluate.js";
export type { EvaluateOptions, Mean } from "./train/evaluate.js";
export type { Validation, ValidationReport } from "./train/validate.js";
export { arrays, batches, takeRows } from "./train/data.js";
export type { Batches, BatchOptions, Dataset, Field, Rows } from "./train/data.js";

export { CARD_FORMAT, parseCard } from "./model/card.js";
export type { Card, CardFile, CardPort, Parity } from "./model/card.js";
export type { Checker, ExportFile, ExportRequest, Sizes, TrainedModel } from "./model/export.js";
export { samplerFile } from "./model/sampler.js";
export type { SamplerOptions } from "./model/sampler.js";
export { decodeSafetensors, encodeSafetensors } from "./model/safetensors.js";
