/** @file `@gen/core/nn`: layers, and the functions of tensors that they are made of. A layer is a record of parameters with a function of `(x, scope)`. */
export { ACTIVATIONS, activationOf, elu } from "./nn/activation.js";
export type { Activation, ActivationName } from "./nn/activation.js";
export { attention, writeRows } from "./nn/attention.js";
export type { AttentionOptions } from "./nn/attention.js";
export { BatchNorm } from "./nn/batch-norm.js";
export type { BatchNormOptions } from "./nn/batch-norm.js";
export { Conv1d, Conv2d } from "./nn/conv.js";
export type { ConvLayerOptions } from "./nn/conv.js";
export type { ConvOptions, Padding, PerAxis } from "./nn/conv-geometry.js";
export { ConvTranspose1d, ConvTranspose2d } from "./nn/conv-transpose.js";
export type { ConvTransposeOptions } from "./nn/conv-transpose.js";
export { Dropout } from "./nn/dropout.js";
export { Embedding } from "./nn/embedding.js";
export type { EmbeddingOptions } from "./nn/embedding.js";
export { FeedForward, GatedFeedForward } from "./nn/feed-forward.js";
export type { FeedForwardOptions } from "./nn/feed-forward.js";
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
export { MaskedMlp } from "./nn/masked-mlp.js";
export type { MaskedMlpOptions } from "./nn/masked-mlp.js";
export { madeMasks, pixelMask } from "./nn/masks.js";
export type { MadeMaskOptions, PixelMaskOptions } from "./nn/masks.js";
export {
  diagonal,
  diagonalMatrix,
  eye,
  inverse,
  logAbsDet,
  lowerTriangle,
  qr,
  solveTriangular,
  trace,
  upperTriangle,
} from "./tensor/matrix.js";
export type { TriangularOptions } from "./tensor/matrix.js";
export { Mlp } from "./nn/mlp.js";
export type { MlpOptions } from "./nn/mlp.js";
export { MultiHeadAttention } from "./nn/multi-head-attention.js";
export type {
  AppendOptions,
  AttendOptions,
  ExtendOptions,
  Filled,
  KeyValues,
  MultiHeadAttentionOptions,
} from "./nn/multi-head-attention.js";
export { GroupNorm, InstanceNorm, LayerNorm, RmsNorm } from "./nn/norm.js";
export type { GroupNormOptions, InstanceNormOptions, LayerNormOptions, RmsNormOptions } from "./nn/norm.js";
export { averagePool, globalAveragePool, globalMaxPool, maxPool } from "./nn/pool.js";
export type { PoolOptions } from "./nn/pool.js";
export {
  LearnedPositions,
  RotaryPositions,
  sinusoidalEmbedding,
  SinusoidalPositions,
  sinusoidalTable,
} from "./nn/positions.js";
export type { LearnedPositionsOptions, RotaryOptions, RotaryScaling, WaveOptions } from "./nn/positions.js";
export type { Carry, Recurrence, RecurrentOptions, RestartOptions } from "./nn/recurrent.js";
export { ResidualBlock } from "./nn/residual-block.js";
export type { ResidualBlockOptions } from "./nn/residual-block.js";
export { depthToSpace, enlarge, resize, spaceToDepth } from "./nn/resize.js";
export type { ResizeOptions } from "./nn/resize.js";
export { Sequential } from "./nn/sequential.js";
export type { Stage } from "./nn/sequential.js";
export { linearSpline, quadraticSpline, rationalQuadraticSpline } from "./nn/spline.js";
export type { Mapped, RationalQuadraticParams, SplineOptions, Tails } from "./nn/spline.js";
export { argSort, argTopK, isTopK, isTopP, putAlong, sort, takeAlong, topK } from "./tensor/select.js";
export { masked } from "./nn/weight-map.js";
export type { WeightMap, WeightMapper, WeightSpec } from "./nn/weight-map.js";
export { SpectralNorm, spectralNorm, WeightNorm, weightNorm } from "./nn/weight-norm.js";
export type { SpectralNormOptions } from "./nn/weight-norm.js";
