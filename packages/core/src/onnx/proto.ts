/**
 * @file ONNX models as plain objects, and their bytes.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3; meaning: docs/IR.md there.
 * proto-decode.ts is the way back.
 */
import { bytesOf, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import type { NdArray } from "../ndarray.js";
import { Writer, type Whole } from "./wire.js";

/** What our files say: the newest pair at which every operator we emit has kernels on all providers. */
export const IR_VERSION = 10;
export const OPSET_VERSION = 21;

export interface OnnxModel {
  readonly irVersion: number;
  /** Versions of the operator sets in use; the domain "" is ONNX's own. */
  readonly opsets: readonly OnnxOpset[];
  readonly producerName: string;
  readonly producerVersion: string;
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OnnxOpset {
  readonly domain: string;
  readonly version: number;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which each comes after those it reads. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly docString?: string;
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  /** "" stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export type OnnxAttribute =
  /** An int64; read as a number where that is exact. */
  | { readonly type: "int"; readonly value: Whole }
  | { readonly type: "ints"; readonly value: readonly number[] }
  /** A float32, held as the number it rounds to. */
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "tensor"; readonly value: NdArray }
  | { readonly type: "graph"; readonly value: OnnxGraph };

export interface OnnxTensor {
  readonly name: string;
  readonly array: NdArray;
}

/** An input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  /** Per axis an extent, the name of a symbol, or "" for an extent that nothing is known about. */
  readonly shape: readonly (number | string)[];
}

/** TensorProto.DataType of our element types. */
export const DATA_TYPES = {
  f32: 1,
  u8: 2,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  u64: 13,
} as const satisfies Record<DType, number>;

/** AttributeProto.AttributeType, and the field that holds a value of the type. */
export const ATTRIBUTE_TYPES = {
  float: { type: 1, field: 2 },
  int: { type: 2, field: 3 },
  string: { type: 3, field: 4 },
  tensor: { type: 4, field: 5 },
  graph: { type: 5, field: 6 },
  floats: { type: 6, field: 7 },
  ints: { type: 7, field: 8 },
  strings: { type: 8, field: 9 },
} as const satisfies Record<OnnxAttribute["type"], { type: number; field: number }>;

/** What Protocol Buffers, and so ONNX Runtime, can hold in one message. */
const LARGEST = 2 ** 31 - 1;

/**
 * The bytes of an ONNX file. The same model gives the same bytes; each tensor is copied once.
 *
 * @throws GenError `range` above 2 GiB, the limit of the format
 */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const w = new Writer();
  w.int(1, model.irVersion);
  w.string(2, model.producerName);
  w.string(3, model.producerVersion);
  w.message(7, () => writeGraph(w, model.graph));
  for (const { domain, version } of model.opsets) {
    w.message(8, () => {
      w.string(1, domain);
      w.int(2, version);
    });
  }
  for (const [key, value] of Object.entries(model.metadata)) {
    w.message(14, () => {
      w.string(1, key);
      w.string(2, value);
    });
  }
  if (w.length > LARGEST) {
    throw new GenError("range", `encodeModel: expected at most ${LARGEST} bytes, got ${w.length}`, {
      fix: "feed the largest weights as inputs, or keep them in f16",
    });
  }
  return w.finish();
}

function writeGraph(w: Writer, graph: OnnxGraph): void {
  for (const node of graph.nodes) w.message(1, () => writeNode(w, node));
  w.string(2, graph.name);
  for (const { name, array } of graph.initializers) w.message(5, () => writeTensor(w, array, name));
  if (graph.docString !== undefined) w.string(10, graph.docString);
  for (const value of graph.inputs) w.message(11, () => writeValue(w, value));
  for (const value of graph.outputs) w.message(12, () => writeValue(w, value));
}

function writeNode(w: Writer, { op, domain, name, inputs, outputs, attributes }: OnnxNode): void {
  for (const input of inputs) w.string(1, input);
  for (const output of outputs) w.string(2, output);
  if (name !== "") w.string(3, name);
  w.string(4, op);
  for (const [key, attribute] of Object.entries(attributes)) w.message(5, () => writeAttribute(w, key, attribute));
  if (domain !== "") w.string(7, domain);
}

function writeAttribute(w: Writer, name: string, attribute: OnnxAttribute): void {
  const { type, field } = ATTRIBUTE_TYPES[attribute.type];
  w.string(1, name);
  switch (attribute.type) {
    case "int":
      w.int(field, attribute.value);
      break;
    case "ints":
      w.ints(field, attribute.value);
      break;
    case "float":
      w.float(field, attribute.value);
      break;
    case "floats":
      w.floats(field, attribute.value);
      break;
    case "string":
      w.string(field, attribute.value);
      break;
    case "strings":
      for (const text of attribute.value) w.string(field, text);
      break;
    case "tensor":
      w.message(field, () => writeTensor(w, attribute.value));
      break;
    case "graph":
      w.message(field, () => writeGraph(w, attribute.value));
      break;
  }
  w.int(20, type);
}

function writeTensor(w: Writer, { dtype, shape, data }: NdArray, name = ""): void {
  w.ints(1, shape);
  w.int(2, DATA_TYPES[dtype]);
  if (name !== "") w.string(8, name);
  w.bytes(9, bytesOf(data));
}

function writeValue(w: Writer, { name, dtype, shape }: OnnxValue): void {
  w.string(1, name);
  w.message(2, () => {
    w.message(1, () => {
      w.int(1, DATA_TYPES[dtype]);
      w.message(2, () => {
        for (const extent of shape) w.message(1, () => writeExtent(w, extent));
      });
    });
  });
}

function writeExtent(w: Writer, extent: number | string): void {
  if (typeof extent === "number") w.int(1, extent);
  else if (extent !== "") w.string(2, extent);
}
