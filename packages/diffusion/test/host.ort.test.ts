import { key, type Key } from "@gen/core";
import { node } from "@gen/core/node";
import { expect, it } from "vitest";
import { generate, sample, stepPrograms, type Diffusion } from "../src/index.js";
import { labels, tiny } from "./models.js";

/** The same walk, driven by the host, whatever the device. */
async function byHost(
  model: Diffusion,
  options: Parameters<typeof stepPrograms>[1],
  { steps, at }: { steps: number; at: Key },
) {
  const runtime = await node({ threads: 1 });
  const store = await runtime.init(model, { key: key(1) });
  const feeds = { label: labels([0, 1, 1]) };
  const { begin, advance, end } = stepPrograms(model, options);
  const run = (program: typeof end, i: number) =>
    runtime.run(program, {
      store,
      key: at,
      feeds: { ...feeds, i: { dtype: "i32", shape: [], data: Int32Array.of(i) } },
    });
  await run(begin, 0);
  for (let i = 0; i + 1 < steps; i++) await run(advance, i);
  const { samples: driven } = await run(end, steps - 1);
  const { samples: looped } = await runtime.run(sample(model, options), { store, key: at, feeds });
  const generated = await generate(model, { ...options, runtime, store, key: at, feeds });
  await runtime.close();
  return { driven: driven!, looped: looped!, generated };
}

it.each(["ddpm", "heun", "uni-pc"] as const)("gives the loop's samples step by step: %s", async (sampler) => {
  const options = { n: 3, steps: 5, sampler, guidance: { weight: 1.5 } };
  const { driven, looped, generated } = await byHost(tiny(), options, { steps: 5, at: key(9) });
  expect(driven.shape).toEqual([3, 2]);
  driven.data.forEach((v, i) => expect(Number(v)).toBeCloseTo(Number(looped.data[i]), 5));
  expect([...generated.data]).toEqual([...looped.data]);
});
