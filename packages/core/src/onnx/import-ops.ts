/** @file What each ONNX operator is in primitives: all that our own files use, and the commonest of others. */
import { DTYPES, type DType } from "../dtype.js";
import type { ConvAttrs } from "../ir/ops.js";
import { normalizeAxes, normalizeAxis, sizeOf } from "../shape.js";
import { gelu, geluTanh, logSoftmax, softmax, softplus } from "../tensor/math.js";
import { argTopK, takeAlong } from "../tensor/select.js";
import { apply, concat, constant, iota, scalar, type Tensor } from "../tensor/tensor.js";
import { ndarray } from "../ndarray.js";
import type { Site } from "./import.js";
import { importLoop, importScan } from "./import-loop.js";
import { importSlice } from "./import-slice.js";
import { DATA_TYPES } from "./proto.js";

export type Importer = (site: Site) => Tensor | readonly Tensor[];

const one =
  (f: (x: Tensor) => Tensor) =>
  (site: Site): Tensor =>
    f(site.x(0));
const two =
  (f: (a: Tensor, b: Tensor) => Tensor) =>
  (site: Site): Tensor =>
    f(site.x(0), site.x(1));

export const importers: Readonly<Record<string, Importer | undefined>> = Object.assign(Object.create(null) as object, {
  Identity: one((x) => x),
  Dropout: one((x) => x),
  Neg: one((x) => x.neg()),
  Exp: one((x) => x.exp()),
  Log: one((x) => x.log()),
  Sqrt: one((x) => x.sqrt()),
  Reciprocal: one((x) => x.reciprocal()),
  Abs: one((x) => x.abs()),
  Floor: one((x) => x.floor()),
  Tanh: one((x) => x.tanh()),
  Sigmoid: one((x) => x.sigmoid()),
  Relu: one((x) => x.relu()),
  Erf: one((x) => x.erf()),
  Sin: one((x) => x.sin()),
  Cos: one((x) => x.cos()),
  Not: one((x) => x.not()),
  Softplus: one(softplus),
  Gelu: (site: Site) => (site.string("approximate", "none") === "tanh" ? geluTanh : gelu)(site.x(0)),
  Softmax: (site: Site) => softmax(site.x(0), site.int("axis", -1)),
  LayerNormalization: (site: Site) => {
    const x = site.x(0);
    const first = normalizeAxis(site.int("axis", -1), x.rank, "LayerNormalization");
    const axes = x.shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
    const centred = x.sub(x.mean(axes, { keepDims: true }));
    const gain = centred.square().mean(axes, { keepDims: true }).add(site.float("epsilon", 1e-5)).sqrt().reciprocal();
    const y = centred.mul(gain).mul(site.x(1));
    return site.has(2) ? y.add(site.x(2)) : y;
  },
  LogSoftmax: (site: Site) => logSoftmax(site.x(0), site.int("axis", -1)),
  LeakyRelu: (site: Site) =>
    site
      .x(0)
      .relu()
      .sub(site.x(0).neg().relu().mul(site.float("alpha", 0.01))),
  Clip: (site: Site) => {
    const low = site.has(1) ? site.x(0).maximum(site.x(1)) : site.x(0);
    return site.has(2) ? low.minimum(site.x(2)) : low;
  },
  Cast: (site: Site) => site.x(0).cast(dtypeOf(site)),

  Add: two((a, b) => a.add(b)),
  Sub: two((a, b) => a.sub(b)),
  Mul: two((a, b) => a.mul(b)),
  Div: two((a, b) => a.div(b)),
  Pow: two((a, b) => a.pow(b.cast(a.dtype))),
  Max: two((a, b) => a.maximum(b)),
  Min: two((a, b) => a.minimum(b)),
  Equal: two((a, b) => a.equal(b)),
  Less: two((a, b) => a.less(b)),
  Greater: two((a, b) => a.greater(b)),
  LessOrEqual: two((a, b) => a.lessEqual(b)),
  GreaterOrEqual: two((a, b) => a.greaterEqual(b)),
  And: two((a, b) => a.and(b)),
  Or: two((a, b) => a.or(b)),
  Where: (site: Site) => site.x(0).where(site.x(1), site.x(2)),

  ReduceSum: reduce((x, axes, keepDims) => x.sum(axes, { keepDims })),
  ReduceMean: reduce((x, axes, keepDims) => x.mean(axes, { keepDims })),
  ReduceMax: reduce((x, axes, keepDims) => x.max(axes, { keepDims })),
  ReduceMin: reduce((x, axes, keepDims) => x.min(axes, { keepDims })),
  ArgMax: (site: Site) =>
    site
      .x(0)
      .argMax(site.int("axis", 0), { keepDims: site.int("keepdims", 1) === 1 })
      .cast("i64"),
  TopK: (site: Site) => {
    const [x, axis] = [site.x(0), site.int("axis", -1)];
    if ((axis !== -1 && axis !== x.rank - 1) || site.int("largest", 1) !== 1) {
      throw site.error("expected the largest along the last axis");
    }
    const indices = argTopK(x, site.ints(1)![0]!);
    return [takeAlong(x, indices), indices.cast("i64")];
  },
  CumSum: (site: Site) =>
    site
      .x(0)
      .cumSum(site.ints(1)![0], { exclusive: site.int("exclusive", 0) === 1, reverse: site.int("reverse", 0) === 1 }),

  MatMul: two((a, b) => apply("matmul", [a, b], {})),
  Gemm: (site: Site) => {
    const product = turned(site.x(0), site.int("transA", 0)).matmul(turned(site.x(1), site.int("transB", 0)));
    const scaled = times(product, site.float("alpha", 1));
    return site.has(2) ? scaled.add(times(site.x(2), site.float("beta", 1))) : scaled;
  },
  FusedMatMul: (site: Site) => {
    const [a, b] = [turned(site.x(0), site.int("transA", 0)), turned(site.x(1), site.int("transB", 0))];
    return times(apply("matmul", [a, b], {}), site.float("alpha", 1));
  },
  Conv: (site: Site) => withBias(site, apply("conv", [site.x(0), site.x(1)], convAttrs(site))),
  ConvTranspose: (site: Site) => {
    const attrs = convAttrs(site);
    const kernel = site.x(1).shape.slice(2);
    const extra = site.ints("output_padding") ?? kernel.map(() => 0);
    const inputSize = kernel.map((k, i) => {
      const pads = attrs.pads[i]! + attrs.pads[i + kernel.length]!;
      return (site.x(0).shape[i + 2]! - 1) * attrs.strides[i]! + (k - 1) * attrs.dilations[i]! + 1 - pads + extra[i]!;
    });
    return withBias(site, apply("convInputGrad", [site.x(0), site.x(1)], { ...attrs, inputSize }));
  },

  Constant: (site: Site) => constant(site.tensor("value")),
  ConstantOfShape: (site: Site) => constant({ ...site.tensor("value"), shape: [] }).expand(site.ints(0)!),
  Shape: (site: Site) => {
    const shape = site.x(0).shape.slice(site.int("start", 0), site.int("end", site.x(0).rank));
    return constant(ndarray(shape.map(BigInt), [shape.length], "i64"));
  },
  Range: (site: Site) => {
    const [start, limit, step] = [0, 1, 2].map((i) => Number(site.known(i).data[0])) as [number, number, number];
    const { dtype } = site.x(0);
    const count = iota(Math.max(0, Math.ceil((limit - start) / step)), dtype);
    return start === 0 && step === 1 ? count : count.mul(scalar(step, dtype)).add(scalar(start, dtype));
  },
  Reshape: (site: Site) => {
    const x = site.x(0);
    const copies = site.int("allowzero", 0) === 0;
    return x.reshape(site.ints(1)!.map((extent, i) => (extent === 0 && copies ? x.shape[i]! : extent)));
  },
  Flatten: (site: Site) => {
    const axis = normalizeAxis(site.int("axis", 1), site.x(0).rank + 1, "Flatten");
    return site.x(0).reshape([sizeOf(site.x(0).shape.slice(0, axis)), sizeOf(site.x(0).shape.slice(axis))]);
  },
  Squeeze: (site: Site) => {
    const x = site.x(0);
    const axes = site.ints(1);
    const gone = axes === undefined ? undefined : normalizeAxes(axes, x.rank, "Squeeze");
    return x.reshape(x.shape.filter((extent, i) => !(gone?.includes(i) ?? extent === 1)));
  },
  Unsqueeze: (site: Site) => {
    const axes = site.ints(1)!;
    const rank = site.x(0).rank + axes.length;
    return normalizeAxes(axes, rank, "Unsqueeze").reduce((x, axis) => x.unsqueeze(axis), site.x(0));
  },
  Transpose: (site: Site) => {
    const x = site.x(0);
    return x.transpose(site.ints("perm") ?? x.shape.map((_, i) => x.rank - 1 - i));
  },
  Expand: (site: Site) => {
    const [x, wanted] = [site.x(0), site.ints(1)!];
    const rank = Math.max(x.rank, wanted.length);
    const at = (shape: readonly number[], i: number): number => shape[i - rank + shape.length] ?? 1;
    return x.expand(Array.from({ length: rank }, (_, i) => (at(wanted, i) === 1 ? at(x.shape, i) : at(wanted, i))));
  },
  Slice: importSlice,
  Pad: (site: Site) => {
    const [x, widths] = [site.x(0), site.ints(1)!];
    if (site.string("mode", "constant") !== "constant" || site.has(3))
      throw site.error("expected constant padding of all axes");
    return x.pad(widths.slice(0, x.rank), widths.slice(x.rank), site.has(2) ? Number(site.known(2).data[0]) : 0);
  },
  Concat: (site: Site) =>
    concat(
      site.node.inputs.map((_, i) => site.x(i)),
      site.int("axis", 0),
    ),
  Gather: (site: Site) => site.x(0).gather(site.x(1).cast("i32"), site.int("axis", 0)),
  ScatterND: (site: Site) => {
    const [data, places, updates] = [site.x(0), site.x(1), site.x(2)];
    if (site.string("reduction", "none") !== "add" || places.shape.at(-1) !== 1)
      throw site.error("expected rows that are added");
    const indices = places.squeeze(-1).cast("i32");
    return data.add(apply("scatterAdd", [indices, updates], { axis: 0, size: data.shape[0]! }));
  },

  Scan: importScan,
  Loop: importLoop,
});

function dtypeOf(site: Site): DType {
  const to = site.int("to", 0);
  const dtype = DTYPES.find((name) => DATA_TYPES[name] === to);
  if (dtype === undefined) throw site.error(`expected an element type that is known here, got ${to}`);
  return dtype;
}

/** Axes are an input since opset 13 or 18, an attribute before; without any, all are reduced. */
function reduce(f: (x: Tensor, axes: readonly number[] | undefined, keepDims: boolean) => Tensor): Importer {
  return (site) => {
    const axes = site.ints(1) ?? site.ints("axes") ?? [];
    if (axes.length === 0 && site.int("noop_with_empty_axes", 0) === 1) return site.x(0);
    return f(site.x(0), axes.length === 0 ? undefined : axes, site.int("keepdims", 1) === 1);
  };
}

function turned(x: Tensor, flag: number): Tensor {
  return flag === 1 ? x.transpose() : x;
}

function times(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : x.mul(factor);
}

function convAttrs(site: Site): ConvAttrs {
  const kernel = site.x(1).shape.slice(2);
  const ones = kernel.map(() => 1);
  const auto = site.string("auto_pad", "NOTSET");
  if (auto !== "NOTSET" && auto !== "VALID") throw site.error(`expected explicit padding, got auto_pad ${auto}`);
  return {
    strides: site.ints("strides") ?? ones,
    dilations: site.ints("dilations") ?? ones,
    pads: site.ints("pads") ?? [...kernel, ...kernel].map(() => 0),
    groups: site.int("group", 1),
  };
}

function withBias(site: Site, y: Tensor): Tensor {
  return site.has(2) ? y.add(site.x(2).reshape([1, y.shape[1]!, ...y.shape.slice(2).map(() => 1)])) : y;
}
