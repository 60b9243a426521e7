/** @file `@gen/core/nn`: layers. A layer is a record of parameters with a function of `(x, scope)`. */
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
