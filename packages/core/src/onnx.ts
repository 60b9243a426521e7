/** @file `@gen/core/onnx`: graphs as ONNX files and back, for who wants more than an exported folder. */
export { decodeModel } from "./onnx/proto-decode.js";
export type { DecodeOptions } from "./onnx/proto-decode.js";
export { encodeModel } from "./onnx/proto.js";
export type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./onnx/proto.js";
export { importModel } from "./onnx/import.js";
export { floatOf, halfOf } from "./onnx/half.js";
export { lower } from "./onnx/lower.js";
export type { LowerOptions } from "./onnx/lower.js";
export { exportModel } from "./onnx/symbolic.js";
export type { ExportOptions, SymbolSource } from "./onnx/symbolic.js";
export { matricesOf, programInBytes } from "./onnx/program-bytes.js";
export { exportFiles, PARITY_TOLERANCE } from "./model/export.js";
export { facts } from "./ir/facts.js";
export type { OpFacts, Provider, ProviderFacts } from "./ir/facts.js";
export { print } from "./ir/print.js";
