import { inference, ndarray, type NdArray } from "@gen/core";
import { runReference, spread, startReference } from "@gen/core/testing";
import { dense, HierarchicalVae } from "@gen/vae";
import { expect, it } from "vitest";
import { LocalVae } from "../src/local-vae.js";

it("gives all pictures together probability one", () => {
  const [height, width] = [2, 3];
  const pixels = height * width;
  const n = 2 ** pixels;
  const architecture = dense({ hidden: [4], activation: "silu" });
  const vae = new HierarchicalVae({ shape: [1, height, width], latentDims: [2, 1], width: 4, architecture });
  const model = new LocalVae(vae);
  const program = inference(model, { x: [n, 1, height, width], z: [n, 3] }, ({ x, z }, scope) => ({
    logProb: model.seeing(x).given(z, undefined, scope).logProb(x.div(255)),
  }));
  const store = startReference(program);
  for (const [name, { shape }] of program.reads) store.set(name, wide(spread(shape, [-0.7, 0.7], 3)));
  const all = Float64Array.from({ length: n * pixels }, (_, i) => 255 * ((Math.floor(i / pixels) >> (i % pixels)) & 1));
  const z = Float64Array.from({ length: n * 3 }, (_, i) => [0.4, -0.7, 1.1][i % 3]!);
  const feeds = { x: ndarray(all, [n, 1, height, width]), z: ndarray(z, [n, 3]) };
  const { logProb } = runReference(program, { store, feeds });
  const total = Array.from(logProb!.data, Number).reduce((sum, logP) => sum + Math.exp(logP), 0);
  expect(total).toBeCloseTo(1, 5);
});

function wide({ data, shape }: NdArray): NdArray {
  return ndarray(Float64Array.from(data, Number), shape);
}
