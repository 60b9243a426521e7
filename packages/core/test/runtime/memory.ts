/** @file What a device holds, counted: a backend that keeps the books of another one, and the work that must not grow them. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  arrays,
  batches,
  bytesPerElement,
  encodeSafetensors,
  decodeSafetensors,
  fit,
  inference,
  key,
  ndarray,
  randomNormal,
  Runtime,
  sizeOf,
  split,
  trainStep,
  type Backend,
  type NdArray,
  type Program,
  type Store,
} from "../../src/index.js";
import type { TensorType } from "../../src/ir/node.js";
import { typeOf } from "../../src/ir/node.js";
import { Linear } from "../../src/nn.js";
import { adam, ema } from "../../src/optim.js";
import { loadWeights } from "../../src/tune.js";

export interface Books {
  /** Of the arrays that live on the device. */
  readonly bytes: () => number;
  /** Graphs that are ready to run. */
  readonly kernels: () => number;
  /** The most of them at one time. */
  readonly most: () => number;
}

/** The same device, with books of what is alive. */
export function counted(backend: Backend): { backend: Backend; books: Books } {
  const alive = new Map<number, number>();
  let kernels = 0;
  let most = 0;
  const sizeInBytes = ({ dtype, shape }: TensorType): number => bytesPerElement(dtype) * sizeOf(shape);
  return {
    books: { bytes: () => [...alive.values()].reduce((a, b) => a + b, 0), kernels: () => kernels, most: () => most },
    backend: {
      device: backend.device,
      loopsInside: backend.loopsInside,
      compile: async (graph) => {
        const types = new Map(graph.outputs.map(({ name, node }) => [name, typeOf(node)]));
        const kernel = await backend.compile(graph);
        most = Math.max(most, ++kernels);
        return {
          run: async (...args) => {
            const results = await kernel.run(...args);
            for (const [name, { handle }] of Object.entries(results.kept))
              alive.set(handle, sizeInBytes(types.get(name)!));
            return results;
          },
          release: () => {
            kernels--;
            return kernel.release();
          },
        };
      },
      put: async (array) => {
        const made = await backend.put(array);
        alive.set(made.handle, sizeInBytes(array));
        return made;
      },
      get: (handle) => backend.get(handle),
      free: (handles) => {
        handles.forEach(({ handle }) => alive.delete(handle));
        backend.free(handles);
      },
      close: () => backend.close(),
    },
  };
}

/** Collects garbage, and gives what waits for it its turn. */
export async function collect(): Promise<void> {
  setFlagsFromString("--expose_gc");
  const gc = runInNewContext("gc") as () => void;
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A line, its training and its samples: as small as they come. */
export class Work {
  readonly runtime: Runtime;
  readonly model = { line: new Linear({ inputs: 3, outputs: 2 }) };
  readonly step: Program = trainStep({
    model: this.model,
    batch: { x: [4, 3] },
    loss: ({ x }, scope) =>
      this.model.line
        .forward(x)
        .add(randomNormal(scope.nextKey(), [4, 2]))
        .square()
        .mean(),
    optimizer: adam(),
    average: ema(),
  });
  readonly sample: Program = inference(this.model, {}, (_, scope) => ({
    samples: this.model.line.forward(randomNormal(scope.nextKey(), [5, 3])),
  }));
  readonly data = batches(arrays({ x: ndarray(new Float32Array(36).fill(0.5), [12, 3]) }), { size: 4, key: key(1) });

  constructor(backend: Backend) {
    this.runtime = new Runtime(backend);
  }

  init(): Promise<Store> {
    return this.runtime.init(this.model, { key: key(0) });
  }

  /** One fit, one sample and one load, as the n-th of many. */
  async round(store: Store, n: number, steps: number): Promise<void> {
    for await (const { loss } of fit(this.step, {
      runtime: this.runtime,
      store,
      data: this.data,
      steps,
      key: key(n),
    })) {
      if (!Number.isFinite(loss)) return;
    }
    const { samples } = await this.runtime.run(this.sample, { store, key: split(key(2), n) });
    const weights = await store.readAll((name) => name.startsWith("line."));
    await loadWeights({ store, model: this.model, source: fileOf(weights) });
    if (samples?.data.length !== 10) throw new RangeError("expected 5 samples of 2 numbers");
  }
}

function fileOf(weights: Record<string, NdArray>): Record<string, NdArray> {
  return decodeSafetensors(encodeSafetensors(weights), { file: "weights" }).tensors;
}
