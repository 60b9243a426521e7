/** @file The VAEs of `spec.json`, from @gen/vae, trained by one `fit` that lasts as long as the process. */
import { arrays, batches, fit, key, ndarray, trainStep, type Report } from "@gen/core";
import { adam } from "@gen/core/optim";
import { node } from "@gen/core/node";
import { convolutional, dense, Vae } from "@gen/vae";
import { readFixture } from "../../src/fixtures.js";
import type { Request, Work } from "../../src/protocol.js";
import { spec, type VaeWork } from "../../src/spec.js";

/** Reports of each step, for as many steps as are pulled. */
export async function training({ work, folder, threads, steps }: Request): Promise<AsyncGenerator<Report, void>> {
  const vae = modelOf(work as VaeWork);
  const { data, batch, rows } = spec[work as VaeWork];
  const { pictures, params } = readFixture(folder);
  const step = trainStep({
    model: vae,
    batch: { x: [batch, ...data] },
    loss: (rows, scope) => vae.loss(rows, scope).loss,
    optimizer: adam(spec.adam),
  });
  const runtime = await node({ threads });
  const store = await runtime.init(vae, { key: key(0) });
  const awaited = new Set(store.names());
  for (const [name, { shape, data: values }] of params) {
    const ours = ourName(work as VaeWork, name);
    await store.write(ours, ndarray(values, shape));
    awaited.delete(ours);
  }
  if (awaited.size > 0)
    throw new Error(`expected a value for every parameter, got none for ${[...awaited].join(", ")}`);
  const pool = batches(arrays({ x: ndarray(pictures, [rows, ...data]) }), { size: batch });
  // `every` makes runs end where a turn ends.
  return fit(step, { runtime, store, data: pool, steps: Number.MAX_SAFE_INTEGER, key: key(1), every: steps });
}

export async function startVae(request: Request): Promise<Work> {
  const reports = await training(request);
  return {
    async run(steps) {
      const losses: number[] = [];
      while (losses.length < steps) {
        const { value } = await reports.next();
        losses.push(value!.loss);
      }
      return losses;
    },
  };
}

function modelOf(work: VaeWork): Vae {
  if (work === "vae-dense") {
    const { data, hidden, latent } = spec[work];
    return new Vae({ shape: data, latentDim: latent, architecture: dense({ hidden: [hidden], activation: "relu" }) });
  }
  const { data, channels, kernel, latent } = spec[work];
  return new Vae({
    shape: data,
    latentDim: latent,
    architecture: convolutional({ channels, kernel, activation: "relu" }),
  });
}

/** Where our model keeps a part of the fixture's. */
const parts: { readonly [W in VaeWork]: Readonly<Record<string, string>> } = {
  "vae-dense": {
    "encoder.hidden": "encoder.net.layers.0",
    "encoder.out": "encoder.net.layers.1",
    "decoder.hidden": "decoder.net.layers.0",
    "decoder.out": "decoder.net.layers.1",
  },
  "vae-conv": { "encoder.out": "encoder.head.layers.0", "decoder.input": "decoder.foot.layers.0" },
};

function ourName(work: VaeWork, name: string): string {
  const [, part, leaf] = /^(.*)\.(weight|bias)$/.exec(name)!;
  return `${parts[work][part!] ?? part!}.${leaf!}`;
}
