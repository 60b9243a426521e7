import { expect, it } from "vitest";
import { grad } from "../../src/autodiff/grad.js";
import { constantInit } from "../../src/ir/initializer.js";
import { Graph } from "../../src/ir/graph.js";
import { print } from "../../src/ir/print.js";
import { simplify } from "../../src/ir/simplify.js";
import { scan } from "../../src/tensor/control.js";
import { feed, param } from "../../src/tensor/inputs.js";
import type { Tensor } from "../../src/tensor/tensor.js";

/** The simplified graph of some outputs, as text. */
function printed(inputs: Record<string, Tensor>, outputs: Record<string, Tensor>): string {
  const port = ([name, { node }]: [string, Tensor]): { name: string; node: Tensor["node"] } => ({ name, node });
  return print(
    simplify(new Graph({ inputs: Object.entries(inputs).map(port), outputs: Object.entries(outputs).map(port) })),
  );
}

it("the gradient of a layer with a squared loss", () => {
  const [x, y] = [feed([4, 3]), feed([4, 2])];
  const [w, b] = [param([3, 2], constantInit(0)), param([2], constantInit(0))];
  const loss = x.matmul(w).add(b).tanh().sub(y).square().mean();
  const [dw, db] = grad(loss, [w, b]);
  expect(printed({ x, y, w, b }, { loss, dw: dw!, db: db! })).toMatchInlineSnapshot(`
    "x: feed f32[4, 3]
    y: feed f32[4, 2]
    w: param f32[3, 2]
    b: param f32[2]
    %0 f32[4, 2] = matmul x w
    %1 f32[4, 2] = add %0 b
    %2 f32[4, 2] = tanh %1
    %3 f32[4, 2] = sub %2 y
    %4 f32[4, 2] = mul %3 %3
    %5 f32[] = sum %4 axes=[0, 1]
    %6 f32[] = mul %5 0.125
    %7 f32[3, 4] = transpose x perm=[1, 0]
    %8 f32[4, 2] = mul %3 0.25
    %9 f32[4, 2] = mul %2 %2
    %10 f32[4, 2] = sub 1 %9
    %11 f32[4, 2] = mul %8 %10
    %12 f32[3, 2] = matmul %7 %11
    %13 f32[2] = sum %11 axes=[0]
    loss = %6
    dw = %12
    db = %13"
  `);
});

it("the gradient of a loop is a loop from the end", () => {
  const [h, xs, a] = [feed([2]), feed([5, 2]), feed([])];
  const { carry } = scan({ carry: [h], xs: [xs] }, ([c], [row]) => ({ carry: [c!.mul(a).add(row!)] }));
  const [da] = grad(carry[0]!.sum(), [a]);
  expect(printed({ h, xs, a }, { da: da! })).toMatchInlineSnapshot(`
    "h: feed f32[2]
    xs: feed f32[5, 2]
    a: feed f32[]
    %0 f32[2] = expand f32[1](1)
    %1 f32[2], f32[5, 2] = scan h xs a carries=1 scanned=1 length=5
      i0: slot f32[2]
      i1: slot f32[2]
      i2: slot f32[]
      %0 f32[2] = mul i0 i2
      %1 f32[2] = add %0 i1
      o0 = %1
      o1 = i0
    %2 f32[5, 2] = at %1 index=1
    %3 f32[2], f32[] = scan %0 0 %2 a carries=2 scanned=1 length=5 reverse
      i0: slot f32[2]
      i1: slot f32[]
      i2: slot f32[2]
      i5: slot f32[]
      %0 f32[2] = mul i0 i5
      %1 f32[2] = mul i0 i2
      %2 f32[] = sum %1 axes=[0]
      %3 f32[] = add i1 %2
      o0 = %0
      o1 = %3
    %4 f32[] = at %3 index=1
    da = %4"
  `);
});
