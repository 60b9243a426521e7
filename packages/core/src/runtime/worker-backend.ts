/** @file A device that works in a worker: graphs go there as ONNX files, arrays stay there between runs. */
import { Graph } from "../ir/graph.js";
import { typeOf } from "../ir/node.js";
import type { NdArray } from "../ndarray.js";
import { lower, STEPS } from "../onnx/lower.js";
import { encodeModel } from "../onnx/proto.js";
import type { Target } from "../onnx/target.js";
import type { Backend, Handle } from "./backend.js";
import { Models } from "./models.js";

/** The way to a worker that runs `serve.mjs`. */
export interface WorkerPort {
  /** Sends a request; buffers in `transfer` are handed over, not copied. */
  ask(kind: string, request: object, transfer?: ArrayBuffer[]): Promise<unknown>;
  /** Returns when the worker is gone. */
  end(): Promise<void>;
}

export interface WorkerBackendOptions {
  /** What the user sees. */
  readonly device: string;
  readonly loopsInside: boolean;
  /** How graphs are spelled. */
  readonly target: Target;
  /** Options of ONNX Runtime's sessions. */
  readonly session: object;
}

/** Options of a session on a CPU, whoever runs it. */
export const CPU_SESSION = {
  executionMode: "sequential",
  // What the higher levels fuse is slower in a training step: 6.6 ms against 5.0 for the VAE 784-400-20 of bench/.
  graphOptimizationLevel: "basic",
  logSeverityLevel: 3,
  // Graphs come interned and simplified: to merge equal nodes once more would undo a barrier, to move transpositions
  // makes those of kernels slow ones, and to have a product give its result transposed costs more than to transpose it.
  extra: {
    session: { set_denormal_as_zero: "1" },
    optimization: {
      disable_specified_optimizers: "CommonSubexpressionElimination;TransposeOptimizer;GemmTransposeFusion",
    },
  },
} as const;

/** Options of a session on a GPU. What has no kernel there is refused: it would be copied to the CPU and back, unseen. */
export const GPU_SESSION = {
  executionProviders: [
    {
      name: "webgpu",
      storageBufferCacheMode: "simple", // shapes are static: buffers are used again
      preferredLayout: "NCHW", // else convolutions are turned round, and turning moves to masks, which cannot be turned
    },
  ],
  executionMode: "sequential",
  graphOptimizationLevel: "basic",
  logSeverityLevel: 4,
  extra: {
    session: { disable_cpu_ep_fallback: "1" },
    optimization: { disable_specified_optimizers: "CommonSubexpressionElimination" },
  },
} as const;

export function workerBackend(port: WorkerPort, options: WorkerBackendOptions): Backend {
  const { device, loopsInside, target, session } = options;
  const models = new Models(port);
  return {
    device,
    loopsInside,
    async compile(given, finish = (file) => file) {
      const { graph, nameOf } = apart(given);
      const file = finish(lower(graph, { target }));
      const request = { bytes: encodeModel(file), options: session, outputs: outputTypes(graph) };
      const isForAnyLength = file.graph.inputs.some(({ shape }) => shape[0] === STEPS);
      const { model, release } = await (isForAnyLength ? models.share(request) : models.load(request));
      return {
        async run(all, keep, given = []) {
          const inputs = Object.fromEntries(file.graph.inputs.map(({ name }) => [name, all[name]!]));
          const buffers = [...new Set(given.map(({ data }) => data.buffer))];
          const { kept, returned } = (await port.ask("run", { model, inputs, keep }, buffers)) as {
            kept: Record<string, number>;
            returned: Record<string, NdArray>;
          };
          const handles = Object.entries(kept).map(([name, handle]) => [name, { handle }] as const);
          return { kept: Object.fromEntries(handles), returned: renamed(returned, nameOf) };
        },
        release,
      };
    },
    put: async (array) => ({ handle: (await port.ask("put", { array })) as number }),
    get: async ({ handle }: Handle) => (await port.ask("get", { handle })) as NdArray,
    free(handles) {
      if (handles.length > 0)
        void port.ask("free", { handles: handles.map(({ handle }) => handle) }).catch(() => undefined);
    },
    close: () => port.end(),
  };
}

/** The same graph, no output of which is called as an input: a file may not have both, a program may. */
function apart(graph: Graph): { readonly graph: Graph; readonly nameOf: ReadonlyMap<string, string> } {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const taken = new Set([...inputs, ...graph.outputs.map(({ name }) => name)]);
  const nameOf = new Map<string, string>();
  const outputs = graph.outputs.map(({ name, node }) => {
    if (!inputs.has(name)) return { name, node };
    let other = `out.${name}`;
    while (taken.has(other)) other = `out.${other}`;
    taken.add(other);
    nameOf.set(other, name);
    return { name: other, node };
  });
  return { graph: nameOf.size === 0 ? graph : new Graph({ inputs: graph.inputs, outputs }), nameOf };
}

function renamed<T>(results: Record<string, T>, nameOf: ReadonlyMap<string, string>): Record<string, T> {
  if (nameOf.size === 0) return results;
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [nameOf.get(name) ?? name, result]));
}

function outputTypes(graph: Graph): Record<string, { dtype: string; shape: readonly number[] }> {
  return Object.fromEntries(
    graph.outputs.map(({ name, node }) => {
      const { dtype, shape } = typeOf(node);
      return [name, { dtype, shape }];
    }),
  );
}
