/** @file `@gen/core/codec`: maps between the user's units and what a model sees, learned from data and exported with it. */
export { Chain } from "./codec/chain.js";
export type { CheckOptions, Codec, CodecCard, EncodeOptions, Encoded } from "./codec/codec.js";
export type { CategoryColumn, Column, ColumnInfo, ConstantColumn, NumberColumn } from "./codec/column.js";
export { Affine, Logit, Standardise } from "./codec/elementwise.js";
export type { AffineOptions, LogitOptions, StandardiseOptions } from "./codec/elementwise.js";
export { exampleRows } from "./codec/example.js";
export { checked, fitStandardise, fitTable } from "./codec/fit.js";
export type { CheckedOptions, FitStandardiseOptions, FitTableOptions } from "./codec/fit.js";
export { Lattice } from "./codec/lattice.js";
export type { LatticeOptions } from "./codec/lattice.js";
export type { Noise, NoiseChoice } from "./codec/noise.js";
export { Binarise, Dequantise, Intensities } from "./codec/pixels.js";
export type { BinariseOptions, DequantiseOptions, IntensitiesOptions } from "./codec/pixels.js";
export { codecOf } from "./codec/spec.js";
export type { CodecOfOptions, CodecSpec } from "./codec/spec.js";
export { Table } from "./codec/table.js";
export type { Block, TableOptions } from "./codec/table.js";
