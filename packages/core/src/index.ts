/** @file `@gen/core`: graphs, gradients, layers, optimizers, programs and training. Neither Node nor ONNX Runtime is imported here. */
export { GenError, isGenError, messageOf } from "./error.js";
export type { ErrorCode, ErrorDetails } from "./error.js";
export { allocate, bytesOf, bytesPerElement, DTYPES, isReal, isWide, viewOf } from "./dtype.js";
export type { Data, DataOf, DType } from "./dtype.js";
export { sameShape, showShape, sizeOf, stridesOf } from "./shape.js";
export type { Shape } from "./shape.js";
export { ndarray, scalarOf, zeros } from "./ndarray.js";
export type { NdArray } from "./ndarray.js";
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
export { scan, withGradient } from "./tensor/control.js";
export type { ScanOptions, ScanResult, ScanStep } from "./tensor/control.js";
export { gelu, leakyRelu, logSigmoid, logSoftmax, logSumExp, oneHot, silu, softmax, softplus } from "./tensor/math.js";
export { keyFromSeed, randomBits, randomInteger, randomNormal, randomUniform, splitKey } from "./tensor/random.js";
export { grad, jvp, vjp } from "./autodiff/grad.js";

export { parameters, paths } from "./program/model.js";
export type { Model } from "./program/model.js";
export { traceScope } from "./program/scope.js";
export type { Mode, Scope, TracedScope } from "./program/scope.js";
export { program } from "./program/program.js";
export type { Program, ProgramOptions, StateSpec } from "./program/program.js";
export { repeat, sequence } from "./program/compose.js";

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

export { Runtime } from "./runtime/runtime.js";
export type { Pending, RunOptions } from "./runtime/runtime.js";
export { Store } from "./runtime/store.js";
export type { Backend, Handle, Kernel } from "./runtime/backend.js";
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

export { ACTIVATIONS, activationOf, elu } from "./nn/activation.js";
export type { Activation, ActivationName } from "./nn/activation.js";
export { BatchNorm } from "./nn/batch-norm.js";
export type { BatchNormOptions } from "./nn/batch-norm.js";
export { Conv1d, Conv2d } from "./nn/conv.js";
export type { ConvLayerOptions } from "./nn/conv.js";
export type { ConvOptions, Padding, PerAxis } from "./nn/conv-geometry.js";
export { ConvTranspose2d } from "./nn/conv-transpose.js";
export type { ConvTranspose2dOptions } from "./nn/conv-transpose.js";
export { Dropout } from "./nn/dropout.js";
export { Embedding } from "./nn/embedding.js";
export type { EmbeddingOptions } from "./nn/embedding.js";
export { Gru } from "./nn/gru.js";
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  torchUniform,
  zeroWeights,
} from "./nn/init.js";
export type { Fans, WeightInit } from "./nn/init.js";
export type { Layer } from "./nn/layer.js";
export { Linear } from "./nn/linear.js";
export type { LinearOptions } from "./nn/linear.js";
export { Lstm } from "./nn/lstm.js";
export type { LstmOptions } from "./nn/lstm.js";
export { Mlp } from "./nn/mlp.js";
export type { MlpOptions } from "./nn/mlp.js";
export { GroupNorm, LayerNorm } from "./nn/norm.js";
export type { GroupNormOptions, LayerNormOptions } from "./nn/norm.js";
export type { Carry, Recurrence, RecurrentOptions } from "./nn/recurrent.js";
export { Sequential } from "./nn/sequential.js";
export type { Stage } from "./nn/sequential.js";

export { bernoulli } from "./prob/bernoulli.js";
export type { Bernoulli, BernoulliOptions } from "./prob/bernoulli.js";
export { categorical } from "./prob/categorical.js";
export type { Categorical, CategoricalOptions } from "./prob/categorical.js";
export { discretisedLogistic } from "./prob/discretised-logistic.js";
export type { DiscretisedLogisticOptions } from "./prob/discretised-logistic.js";
export type { Distribution, EventOptions } from "./prob/distribution.js";
export { klBernoulli, klCategorical, klNormal, klStandardNormal } from "./prob/kl.js";
export { laplace } from "./prob/laplace.js";
export type { LaplaceOptions } from "./prob/laplace.js";
export { normal } from "./prob/normal.js";
export type { Normal, NormalOptions } from "./prob/normal.js";
export { uniform } from "./prob/uniform.js";
export type { UniformOptions } from "./prob/uniform.js";

export { CARD_FORMAT, parseCard } from "./model/card.js";
export type { Card, CardFile, CardPort, Parity } from "./model/card.js";
export { exportFiles, PARITY_TOLERANCE } from "./model/export.js";
export type { Checker, ExportFile, ExportRequest, Sizes, TrainedModel } from "./model/export.js";
export { samplerFile } from "./model/sampler.js";
export type { SamplerOptions } from "./model/sampler.js";
export { decodeSafetensors, encodeSafetensors } from "./model/safetensors.js";
