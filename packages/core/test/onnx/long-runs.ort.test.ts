import { expect, it } from "vitest";
import { feed } from "../../src/tensor/inputs.js";
import { check, graphOf, listing, numbers } from "./check.js";

const whole = [2, 12, 12, 32];

it("numbers for each channel are repeated along rows of pixels, for the CPU", async () => {
  const [x, c, d] = [feed(whole), feed([1, 1, 1, 32]), feed([2, 1, 1, 32])];
  const graph = graphOf({ x, c, d }, { y: d.mul(x).add(c), z: x.sub(c) });
  const feeds = { x: numbers(whole), c: numbers([1, 1, 1, 32], "f32", 2), d: numbers([2, 1, 1, 32], "f32", 3) };
  const model = await check(graph, feeds, { target: "cpu" });
  expect(listing(model)).toMatchInlineSnapshot(`
    "expand_0 = Expand(d, shape_0)
    mul_0 = Mul(expand_0, x)
    expand_1 = Expand(c, shape_1)
    y = Add(mul_0, expand_1)
    z = Sub(x, expand_1)"
  `);
  expect(listing(await check(graph, feeds))).not.toContain("Expand");
});

it.each([
  { why: "long enough", shape: [1, 1, 12, 32] },
  { why: "one number for all channels", shape: [2, 12, 12, 1] },
  { why: "a row for each picture would be half of all", shape: [2, 12, 1, 32] },
])("others are left: $why", async ({ shape }) => {
  const [x, c] = [feed(whole), feed(shape)];
  const model = await check(
    graphOf({ x, c }, { y: x.mul(c) }),
    { x: numbers(whole), c: numbers(shape) },
    { target: "cpu" },
  );
  expect(listing(model)).toBe("y = Mul(x, c)");
});
