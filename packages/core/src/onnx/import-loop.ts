/** @file Scan and Loop as `scan`: as often as is known beforehand. */
import { sameShape, showShape } from "../shape.js";
import { scan } from "../tensor/control.js";
import { constant, scalar, type Tensor } from "../tensor/tensor.js";
import { ndarray } from "../ndarray.js";
import type { Site } from "./import.js";
import type { OnnxGraph } from "./proto.js";

export function importScan(site: Site): Tensor[] {
  const body = site.body();
  const scanned = site.int("num_scan_inputs", 1);
  const carries = site.node.inputs.length - scanned;
  const inputs = site.node.inputs.map((_, i) => site.x(i));
  const stacks = body.outputs.length - carries;
  const directions = [
    ...(site.ints("scan_input_directions") ?? Array<number>(scanned).fill(0)),
    ...(site.ints("scan_output_directions") ?? Array<number>(stacks).fill(0)),
  ];
  const reverse = directions[0] === 1;
  if (directions.some((direction) => (direction === 1) !== reverse))
    throw site.error("expected all arrays in one direction");
  if ([...(site.ints("scan_input_axes") ?? []), ...(site.ints("scan_output_axes") ?? [])].some((axis) => axis !== 0)) {
    throw site.error("expected scans along the first axis");
  }
  const { carry, ys } = scan({ carry: inputs.slice(0, carries), xs: inputs.slice(carries), reverse }, (c, xs) => {
    const results = runBody(site, body, [...c, ...xs]);
    return { carry: results.slice(0, carries), ys: results.slice(carries) };
  });
  return [...carry, ...ys];
}

/** The condition must be true throughout. */
export function importLoop(site: Site): Tensor[] {
  const body = site.body();
  const [length] = site.ints(0) ?? [];
  if (length === undefined) throw site.error("expected a number of steps");
  if (site.has(1) && site.ints(1)![0] !== 1) throw site.error("expected a loop that begins");
  const go = constant(ndarray([1], [], "bool"));
  const start = site.node.inputs.slice(2).map((_, i) => site.x(i + 2));
  const { carry, ys } = scan({ carry: [scalar(0n, "i64"), ...start], length }, ([step, ...c]) => {
    const [goOn, ...results] = runBody(site, body, [step!, go, ...c]);
    if (goOn!.node !== go.node) throw site.error("expected a loop that only its count ends");
    return { carry: [step!.add(1), ...results.slice(0, start.length)], ys: results.slice(start.length) };
  });
  return [...carry.slice(1), ...ys];
}

function runBody(site: Site, body: OnnxGraph, values: readonly Tensor[]): Tensor[] {
  const inner = site.scope.inner();
  for (const { name, array } of body.initializers) inner.set(name, constant(array));
  body.inputs.forEach(({ name, shape }, i) => {
    const value = values[i]!;
    const known = shape.map((extent, axis) => (typeof extent === "number" ? extent : value.shape[axis]!));
    if (shape.length > 0 && !sameShape(known, value.shape)) {
      throw site.error(`expected ${showShape(known)} as "${name}" in the body, got ${showShape(value.shape)}`);
    }
    inner.set(name, value);
  });
  inner.run(body.nodes);
  return body.outputs.map(({ name }) => inner.get(name));
}
