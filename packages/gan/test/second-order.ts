/** @file Gradients of gradients, on a device: each is a finite difference of what the float64 reference computes to first order. */
import { constantInit, ndarray, param, type Runtime, type Tensor } from "@gen/core";
import { sgd } from "@gen/core/optim";
import { afterAll, describe, expect, it } from "vitest";
import {
  dcgan,
  dense,
  Gan,
  gradientPenalty,
  pathLength,
  playerStep,
  r1,
  wasserstein,
  type Side,
} from "../src/index.js";
import { product, SLOPE_KEY, slopesOf } from "./laws.js";

const architecture = dense({ hidden: [7, 5], activation: "tanh", discriminatorActivation: "tanh" });
const rows = { shape: [3], latentDim: 2, architecture } as const;

const cases: Readonly<Record<string, { readonly side: Side; readonly make: () => Gan }>> = {
  "WGAN-GP": {
    side: "discriminator",
    make: () => new Gan({ ...rows, loss: wasserstein(), penalties: [gradientPenalty()] }),
  },
  R1: { side: "discriminator", make: () => new Gan({ ...rows, penalties: [r1()] }) },
  "path lengths": { side: "generator", make: () => new Gan({ ...rows, penalties: [pathLength()] }) },
  "R1 through convolutions": {
    side: "discriminator",
    make: () =>
      new Gan({
        shape: [1, 8, 8],
        latentDim: 2,
        architecture: dcgan({ channels: [3, 4], discriminatorNorm: "none" }),
        penalties: [r1()],
      }),
  },
};

/** @param missing why the device cannot be had here, if so */
export function describeSecondOrder(device: string, open: () => Promise<Runtime>, missing?: string): void {
  describe(`second order on ${device}`, () => {
    let opened: Promise<Runtime> | undefined;
    const runtime = (): Promise<Runtime> => (opened ??= open());
    afterAll(async () => (await opened)?.close());

    it.for(Object.entries(cases))(
      "%s: the step that is taken is a finite difference",
      async ([, { side, make }], { skip }) => {
        if (missing !== undefined) skip(missing);
        const gan = make();
        const { feeds, store: numbers, directions, difference } = slopesOf(gan, { side, rows: 3 });
        const optimizer = sgd({ learningRate: 1 }); // the step is the gradient
        const step = playerStep(gan, {
          side,
          batch: 3,
          optimizers: { discriminator: optimizer, generator: optimizer },
        });
        const store = (await runtime()).emptyStore();
        for (const [path, { data, shape, dtype }] of numbers)
          if (!path.includes("optimizer"))
            await store.write(
              path,
              dtype === "f64" ? ndarray(Float32Array.from(data, Number), shape) : { data, shape, dtype },
            );
        const before = await store.readAll();
        await (await runtime()).run(step, { store, feeds, key: SLOPE_KEY });
        const after = await store.readAll();
        const slope = [...directions].reduce((sum, [name, direction]) => {
          const path = `${side}.${name}`;
          return sum + product(before[path]!, direction) - product(after[path]!, direction);
        }, 0);
        const wanted = difference();
        expect(Math.abs(slope - wanted)).toBeLessThan(2e-3 * (1 + Math.abs(wanted)));
      },
    );

    it("the penalty through tanh is what mathematics says", async ({ skip }) => {
      if (missing !== undefined) skip(missing);
      // D(x) = tanh(w·x): ‖∇D‖² = (1 − t²)² ‖w‖², whose gradient is 2 (1 − t²)² w − 4 t (1 − t²)² ‖w‖² x
      const [w, x] = [
        [0.7, -0.4],
        [0.5, 1.2],
      ] as const;
      const weight = param([2, 1], constantInit(0));
      const discriminator = {
        weight,
        judge(v: Tensor) {
          const score = v.matmul(weight).tanh().reshape([v.shape[0]!]);
          return { score, features: score.unsqueeze(1) };
        },
      };
      const flat = {
        name: "nothing",
        isRelative: false,
        discriminator: (real: Tensor) => real.mean().mul(0),
        generator: (fake: Tensor) => fake.mean(),
      };
      const gan = new Gan({
        shape: [2],
        latentDim: 1,
        architecture,
        discriminator,
        loss: flat,
        penalties: [r1({ weight: 2 })],
      });
      const optimizer = sgd({ learningRate: 1 });
      const step = playerStep(gan, {
        side: "discriminator",
        batch: 1,
        optimizers: { discriminator: optimizer, generator: optimizer },
      });
      const store = await (await runtime()).init(gan, { key: SLOPE_KEY });
      const path = store.names().find((name) => name.startsWith("discriminator."))!;
      await store.write(path, ndarray(w, [2, 1]));
      await (await runtime()).run(step, { store, feeds: { x: ndarray(x, [1, 2]) }, key: SLOPE_KEY });
      const next = Array.from((await store.read(path)).data, Number);
      const t = Math.tanh(w[0] * x[0] + w[1] * x[1]);
      const square = w[0] ** 2 + w[1] ** 2;
      [0, 1].forEach((i) => {
        const wanted = 2 * (1 - t * t) ** 2 * w[i]! - 4 * t * (1 - t * t) ** 2 * square * x[i]!;
        expect(w[i]! - next[i]!).toBeCloseTo(wanted, 3);
      });
    });
  });
}
