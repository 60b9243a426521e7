import { afterAll, expect, it } from "vitest";
import { key, reference, trainStep, type NdArray, type Runtime, type Tensor } from "../../src/index.js";
import { Linear } from "../../src/nn.js";
import { node } from "../../src/node.js";
import {
  accumulate,
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  ema,
  groups,
  inverseSqrt,
  lion,
  lookahead,
  muon,
  rmsprop,
  sequential,
  swa,
  type Average,
  type Optimizer,
} from "../../src/optim.js";
import { spread } from "../../src/testing/primitive-cases-build.js";

const cpu = await node({ threads: 1 });
afterAll(() => cpu.close());

const STEPS = 6;
const batch = { x: [16, 5], y: [16, 3] } as const;
const feeds = { x: spread(batch.x, [-1, 1], 1), y: spread(batch.y, [-1, 1], 2) };

/** Everything in the store after some steps of two layers. */
async function trained(
  runtime: Runtime,
  { optimizer, average }: { optimizer: Optimizer; average?: Average },
): Promise<Record<string, NdArray>> {
  const model = { a: new Linear({ inputs: 5, outputs: 8 }), b: new Linear({ inputs: 8, outputs: 3 }) };
  const loss = ({ x, y }: { x: Tensor; y: Tensor }): Tensor =>
    model.b.forward(model.a.forward(x).tanh()).sub(y).square().mean();
  const step = trainStep({ model, batch, loss, optimizer, ...(average === undefined ? {} : { average }) });
  const store = await runtime.init(model, { key: key(0) });
  for (let n = 0; n < STEPS; n++) await runtime.run(step, { store, feeds });
  return store.readAll();
}

it.each<[string, { optimizer: Optimizer; average?: Average }]>([
  ["adam, clipped, with averages", { optimizer: chain(clipByGlobalNorm(0.1), adam()), average: ema() }],
  ["amsgrad on a schedule", { optimizer: adamw({ learningRate: inverseSqrt(0.01, { warmUp: 3 }), amsgrad: true }) }],
  [
    "muon and adamw in groups",
    {
      optimizer: groups([
        { match: (_, p) => p.rank === 2, optimizer: muon({ weightDecay: 0.1 }) },
        { match: () => true, optimizer: adamw({ learningRate: sequential([{ rate: 0.1, steps: 2 }], 0.01) }) },
      ]),
      average: swa({ from: 2, every: 2 }),
    },
  ],
  ["lion", { optimizer: lion({ learningRate: 0.01, weightDecay: 0.1 }) }],
  [
    "lookahead over rmsprop",
    { optimizer: lookahead(rmsprop({ centered: true, momentum: 0.5, epsilon: 1e-3 }), { every: 2 }) },
  ],
  ["accumulated adam", { optimizer: accumulate(2, adam()), average: ema({ start: "unbiased" }) }],
])("%s: the CPU follows the float64 reference", async (_, options) => {
  const [got, wanted] = [await trained(cpu, options), await trained(reference(), options)];
  expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, { data }] of Object.entries(wanted)) {
    data.forEach((w: number | bigint, i: number) => {
      const [a, b] = [Number(got[name]!.data[i]), Number(w)];
      if (!(Math.abs(a - b) <= 2e-5 * (1 + Math.abs(b)))) expect.fail(`${name}[${i}]: expected ${b}, got ${a}`);
    });
  }
});
