/**
 * @file ONNX files as plain objects, read as if they were hostile: every field is checked, and nothing is read from
 * disk here. What generative models have no use for (sparse tensors, sequences, strings, functions) is refused by name.
 */
import { viewOf, type DType } from "../dtype.js";
import { GenError } from "../error.js";
import {
  ATTRIBUTE_TYPES,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxOpset,
  type OnnxTensor,
  type OnnxValue,
} from "./proto.js";
import { append, plain, readDType, readPair, readTensor, type External } from "./proto-tensor.js";
import { quote, Reader } from "./wire-reader.js";
import type { Whole } from "./wire.js";

export interface DecodeOptions {
  /** What errors call the file. */
  readonly file: string;
  /** Fetches `length` bytes at `offset` of a file beside this one. The location is relative and has no "..". */
  readonly external?: External;
}

/** Versions of the format that this reads: 3 brought operator sets, 13 is that of ONNX Runtime 1.30. */
const OLDEST_IR = 3;
const NEWEST_IR = 13;

/**
 * Reads an ONNX file. Tensors are views of `bytes` where their alignment allows it.
 *
 * @throws GenError `format` for anything malformed or unsupported, naming the file and the field; `version` for a file
 *   of a version that this does not read; `file` for external data without `external` to fetch it
 */
export function decodeModel(bytes: Uint8Array, { file, external }: DecodeOptions): OnnxModel {
  const r = new Reader(plain(bytes), file);
  const opsets: OnnxOpset[] = [];
  const metadata = new Map<string, string>();
  const functions = new Set<string>();
  let irVersion = 0;
  let producerName = "";
  let producerVersion = "";
  let graph: OnnxGraph | undefined;
  while (r.next()) {
    if (r.field === 1) irVersion = checkVersion(r.int("ir_version"), file);
    else if (r.field === 2) producerName = r.string("producer_name");
    else if (r.field === 3) producerVersion = r.string("producer_version");
    else if (r.field === 7) {
      if (graph !== undefined) throw r.error("graph", "expected one graph, got two");
      graph = readGraph(r.message("graph"), external);
    } else if (r.field === 8) opsets.push(readOpset(r.message("opset_import", opsets.length)));
    else if (r.field === 14) readMetadata(r.message("metadata_props", metadata.size), metadata);
    else if (r.field === 25) functions.add(readFunction(r.message("functions", functions.size)));
  }
  if (irVersion === 0)
    throw r.error("ir_version", "expected a version, got none", { fix: "check that this is an ONNX file" });
  if (graph === undefined) throw r.error("graph", "expected a graph, got none");
  if (opsets.length === 0) throw r.error("opset_import", "expected an operator set, got none");
  refuseCalls(graph, functions, r);
  return { irVersion, opsets, producerName, producerVersion, graph, metadata: Object.fromEntries(metadata) };
}

function checkVersion(version: number, file: string): number {
  if (version >= OLDEST_IR && version <= NEWEST_IR) return version;
  throw new GenError("version", `${file}: ir_version: expected ${OLDEST_IR} to ${NEWEST_IR}, got ${version}`, {
    fix: version > NEWEST_IR ? "update gen, or export the file for an older version" : "export the file anew",
  });
}

function readOpset(r: Reader): OnnxOpset {
  let domain = "";
  let version = 0;
  while (r.next()) {
    if (r.field === 1) domain = readDomain(r);
    else if (r.field === 2) version = r.int("version");
  }
  if (version < 1) throw r.error("version", `expected a version ≥ 1, got ${version}`);
  return { domain, version };
}

/** ONNX's own operators go by two names; here they go by one. */
function readDomain(r: Reader): string {
  const domain = r.string("domain");
  return domain === "ai.onnx" ? "" : domain;
}

function readMetadata(r: Reader, into: Map<string, string>): void {
  const [key, value] = readPair(r);
  if (into.has(key)) throw r.error("key", `expected distinct keys, got ${quote(key)}`);
  into.set(key, value);
}

function readFunction(r: Reader): string {
  let name = "";
  let domain = "";
  while (r.next()) {
    if (r.field === 1) name = r.string("name");
    else if (r.field === 10) domain = readDomain(r);
  }
  return `${domain}:${name}`;
}

function refuseCalls(graph: OnnxGraph, functions: ReadonlySet<string>, r: Reader): void {
  if (functions.size === 0) return;
  for (const { op, domain, name, attributes } of graph.nodes) {
    if (functions.has(`${domain}:${op}`)) {
      throw r.error(
        "functions",
        `expected nodes without functions of the file, got ${quote(op)} in node ${quote(name)}`,
        {
          fix: "inline the functions, for example with onnx.inliner",
        },
      );
    }
    for (const attribute of Object.values(attributes)) {
      if (attribute.type === "graph") refuseCalls(attribute.value, functions, r);
    }
  }
}

function readGraph(r: Reader, external: External | undefined): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const names = new Set<string>();
  let name = "";
  let docString: string | undefined;
  while (r.next()) {
    if (r.field === 1) nodes.push(readNode(r.message("node", nodes.length), external));
    else if (r.field === 2) name = r.string("name");
    else if (r.field === 5) {
      const inner = r.message("initializer", initializers.length);
      const tensor = readTensor(inner, external);
      if (tensor.name === "" || names.has(tensor.name))
        throw inner.error("name", `expected distinct names, got ${quote(tensor.name)}`);
      names.add(tensor.name);
      initializers.push(tensor);
    } else if (r.field === 10) docString = r.string("doc_string");
    else if (r.field === 11) inputs.push(readValue(r.message("input", inputs.length)));
    else if (r.field === 12) outputs.push(readValue(r.message("output", outputs.length)));
    else if (r.field === 15) throw r.error("sparse_initializer", "expected dense tensors, got a sparse one");
  }
  const graph = { name, nodes, initializers, inputs, outputs };
  return docString === undefined ? graph : { ...graph, docString };
}

function readNode(r: Reader, external: External | undefined): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let op = "";
  let domain = "";
  let name = "";
  while (r.next()) {
    if (r.field === 1) inputs.push(r.string("input"));
    else if (r.field === 2) outputs.push(r.string("output"));
    else if (r.field === 3) name = r.string("name");
    else if (r.field === 4) op = r.string("op_type");
    else if (r.field === 5) {
      const inner = r.message("attribute", attributes.size);
      const [key, attribute] = readAttribute(inner, external);
      if (key === "" || attributes.has(key)) throw inner.error("name", `expected distinct names, got ${quote(key)}`);
      attributes.set(key, attribute);
    } else if (r.field === 7) domain = readDomain(r);
  }
  if (op === "") throw r.error("op_type", "expected the name of an operator, got none");
  return { op, domain, name, inputs, outputs, attributes: Object.fromEntries(attributes) };
}

function readAttribute(r: Reader, external: External | undefined): [string, OnnxAttribute] {
  let name = "";
  let type = 0;
  const floats: number[] = [];
  const ints: Whole[] = [];
  const strings: string[] = [];
  // A file may leave out a zero or an empty text, but not a tensor or a graph.
  const values: { -readonly [K in Kind]: unknown } = {
    ...{ float: 0, int: 0, string: "", tensor: undefined, graph: undefined },
    ...{ floats, ints, strings },
  };
  while (r.next()) {
    if (r.field === 1) name = r.string("name");
    else if (r.field === 2) values.float = r.float("f");
    else if (r.field === 3) values.int = r.int64("i");
    else if (r.field === 4) values.string = r.string("s");
    else if (r.field === 5) values.tensor = readTensor(r.message("t"), external).array;
    else if (r.field === 6) values.graph = readGraph(r.message("g"), external);
    else if (r.field === 7) append(floats, viewOf("f32", r.fixed("floats", 4)));
    else if (r.field === 8) append(ints, r.int64s("ints"));
    else if (r.field === 9) strings.push(r.string("strings"));
    else if (r.field === 20) type = r.int("type");
    else if (r.field === 21 && r.bytes("ref_attr_name").length > 0) {
      throw r.error("ref_attr_name", "expected a value, got a reference, which only functions may hold");
    }
  }
  const kind = KINDS.get(type);
  if (kind === undefined) throw r.error("type", `expected a type among ${[...KINDS.values()].join(", ")}, got ${type}`);
  const value = values[kind];
  if (value === undefined) throw r.error(kind, "expected a value, got none");
  if (kind === "ints" && ints.some((int) => typeof int === "bigint")) {
    throw r.error("ints", "expected integers of at most 53 bits, got a larger one");
  }
  return [name, { type: kind, value } as OnnxAttribute];
}

type Kind = OnnxAttribute["type"];

const KINDS = new Map(
  (Object.keys(ATTRIBUTE_TYPES) as Kind[]).map((kind) => [ATTRIBUTE_TYPES[kind].type as number, kind]),
);

function readValue(r: Reader): OnnxValue {
  let name = "";
  let type: Omit<OnnxValue, "name"> | undefined;
  while (r.next()) {
    if (r.field === 1) name = r.string("name");
    else if (r.field === 2) type = readType(r.message("type"));
  }
  if (type === undefined) throw r.error("type", `expected a tensor type, got none for ${quote(name)}`, { fix: INFER });
  return { name, ...type };
}

const INFER = "run the file through ONNX's shape inference";

function readType(r: Reader): Omit<OnnxValue, "name"> {
  while (r.next()) {
    if (r.field === 1) return readTensorType(r.message("tensor_type"));
  }
  throw r.error("tensor_type", "expected a tensor, got no type, or one that is not a tensor");
}

function readTensorType(r: Reader): Omit<OnnxValue, "name"> {
  let dtype: DType | undefined;
  let shape: (number | string)[] | undefined;
  while (r.next()) {
    if (r.field === 1) dtype = readDType(r, "elem_type");
    else if (r.field === 2) shape = readShape(r.message("shape"));
  }
  if (dtype === undefined) throw r.error("elem_type", "expected an element type, got none");
  if (shape === undefined) throw r.error("shape", "expected a shape, got none", { fix: INFER });
  return { dtype, shape };
}

function readShape(r: Reader): (number | string)[] {
  const shape: (number | string)[] = [];
  while (r.next()) {
    if (r.field === 1) shape.push(readExtent(r.message("dim", shape.length)));
  }
  return shape;
}

function readExtent(r: Reader): number | string {
  let extent: number | string = "";
  while (r.next()) {
    if (r.field === 1) extent = r.int("dim_value");
    else if (r.field === 2) extent = r.string("dim_param");
  }
  if (typeof extent === "number" && extent < 0) throw r.error("dim_value", `expected an extent ≥ 0, got ${extent}`);
  return extent;
}
