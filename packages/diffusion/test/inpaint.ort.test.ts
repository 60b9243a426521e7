import { constant, inference, ndarray, key, type Tensor } from "@gen/core";
import { node } from "@gen/core/node";
import { expect, it } from "vitest";
import { ddpm, inpainting, linearBeta, schedule, walk, walked } from "../src/index.js";
import { numbers } from "./gaussian.js";

const array = (data: readonly number[], shape: readonly number[]): Tensor => constant(ndarray([...data], [...shape]));

/** Two numbers of correlation ρ, and their best estimate: in the eigenvectors (1, 1) and (1, −1). */
const rho = 0.8;
function denoise(x: Tensor, sigma: Tensor): Tensor {
  const [a, b] = x.split([1, 1], 1) as [Tensor, Tensor];
  const shrink = (v: number): Tensor =>
    sigma
      .square()
      .add(v)
      .reciprocal()
      .mul(v / 2);
  const [sum, gap] = [a.add(b).mul(shrink(1 + rho)), a.sub(b).mul(shrink(1 - rho))];
  return sum
    .add(gap)
    .mul(array([1, 0], [1, 2]))
    .add(sum.sub(gap).mul(array([0, 1], [1, 2])));
}

it("fills in what agrees with the known part: roughly by replacement, closely by RePaint", async () => {
  const [n, steps, first] = [4000, 40, 1.5];
  const runtime = await node({ threads: 1 });
  const store = runtime.emptyStore();
  const meanOf = async (repeats: number): Promise<number> => {
    const program = inference({}, {}, (_, scope) => {
      const known = array([first, 0], [1, 2]).expand([n, 2]);
      const mask = array([1, 0], [1, 2]).expand([n, 2]);
      const sampler = inpainting({ sampler: ddpm(), known, mask, repeats });
      const sigmas = schedule("karras", { process: linearBeta(), steps });
      const scale = (s: Tensor): Tensor => s.square().add(1).sqrt().reciprocal();
      const path = walk({
        sampler,
        sigmas,
        estimate: (x, s) => ({ mean: denoise(x, s) }),
        scale,
        key: scope.nextKey(),
      });
      return { x: walked(path, path.begin([n, 2]), steps) };
    });
    const { x } = await runtime.run(program, { store, key: key(3) });
    const other = numbers(x!).filter((_, i) => i % 2 === 1);
    return other.reduce((a, b) => a + b, 0) / n;
  };
  const [plain, repainted] = [await meanOf(1), await meanOf(10)];
  await runtime.close();
  const truth = rho * first;
  expect(Math.abs(plain - truth)).toBeLessThan(0.6);
  expect(Math.abs(repainted - truth)).toBeLessThan(0.4 * Math.abs(plain - truth));
});
