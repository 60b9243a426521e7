/**
 * @file The exported files of every recipe on the WebGPU provider, by ONNX Runtime alone: they agree with the trainer, decode
 * undoes encode, and all that computes with reals is done on the GPU.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf, type NdArray, type Runtime } from "@gen/core";
import { node } from "@gen/core/node";
import { encodeModel } from "@gen/core/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cnf, planarDensity, residualFlow, type Flow } from "../src/index.js";
import { expectFiles, type Opener } from "./file-laws.js";
import { flows, leftOut } from "./recipes.js";

let runtime: Runtime;
let folder: string;
/** An open session keeps the device and what it has compiled. */
let open: InferenceSession | undefined;
let missing = "";
beforeAll(async () => {
  runtime = await node({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), "flow-webgpu-"));
  open = await InferenceSession.create(smallest(), { ...SESSION }).catch((error: unknown) => {
    missing = messageOf(error).split("\n")[0]!;
    return undefined;
  });
});
afterAll(async () => {
  await open?.release();
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

const SESSION = { executionProviders: ["webgpu"], logSeverityLevel: 4 } as const;
const types = { f32: "float32", i32: "int32", i64: "int64" } as const;

/** The files as anybody opens them, with a record of what ran where. */
function webgpu(record: string): Opener {
  let count = 0;
  return {
    provider: "webgpu",
    async open(bytes) {
      const profileFilePrefix = join(folder, `${record}-${count++}`);
      const session = await InferenceSession.create(bytes, { ...SESSION, enableProfiling: true, profileFilePrefix });
      return {
        async run(inputs) {
          const feeds = Object.entries(inputs).map(([name, { dtype, data, shape }]) => [
            name,
            new Tensor(types[dtype as keyof typeof types], data as never, shape),
          ]);
          const outputs = await session.run(Object.fromEntries(feeds) as Record<string, Tensor>);
          return Object.fromEntries(
            Object.entries(outputs).map(([name, { data, dims }]): [string, NdArray] => [
              name,
              { dtype: "f32", shape: dims, data: data as Float32Array<ArrayBuffer> },
            ]),
          );
        },
        close: () => session.release(),
      };
    },
  };
}

/** y = x + x */
function smallest(): Uint8Array {
  const value = (name: string) => ({ name, dtype: "f32", shape: [1] }) as const;
  return encodeModel({
    irVersion: 10,
    opsets: [{ domain: "", version: 21 }],
    producerName: "gen",
    producerVersion: "0",
    graph: {
      name: "smallest",
      nodes: [{ op: "Add", domain: "", name: "add", inputs: ["x", "x"], outputs: ["y"], attributes: {} }],
      initializers: [],
      inputs: [value("x")],
      outputs: [value("y")],
    },
    metadata: {},
  });
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly args: {
    readonly provider?: string;
    readonly op_name?: string;
    readonly input_type_shape?: readonly Readonly<Record<string, unknown>>[];
  };
}

/** The operators that took reals, by where they ran. */
async function placed(record: string): Promise<Record<string, string[]>> {
  const found: Record<string, Set<string>> = {};
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${record}-`)) continue;
    for (const { cat, name: what, args } of JSON.parse(await readFile(join(folder, name), "utf8")) as Event[]) {
      if (cat !== "Node" || !what.endsWith("_kernel_time")) continue;
      if (args.input_type_shape?.some((input) => "float" in input) === true)
        (found[args.provider!] ??= new Set()).add(args.op_name!);
    }
  }
  return Object.fromEntries(Object.entries(found).map(([provider, ops]) => [provider, [...ops]]));
}

/** Turns of loops take long on a software adapter: flows that are inverted by iteration, with few of them. */
const few: Readonly<Record<string, () => Flow>> = {
  planar: () => planarDensity({ dim: 2, depth: 1 }),
  residual: () => residualFlow({ dim: 2, hidden: [8], depth: 1, coefficient: 0.3 }),
  cnf: () => cnf({ dim: 2, hidden: [8], steps: 4 }),
};

it.for(Object.entries({ ...flows, ...few }))("%s", async ([name, make], { skip }) => {
  if (open === undefined) return skip(missing);
  const record = name.replaceAll(" ", "-");
  await expectFiles({ name, make, runtime, opener: webgpu(record), without: leftOut(name) });
  const { WebGpuExecutionProvider: gpu = [], CPUExecutionProvider: cpu = [] } = await placed(record);
  // WebGPU has no loops: their turns are counted on the CPU, and what a turn computes is done on the GPU.
  expect(cpu.filter((op) => op !== "Loop" && op !== "Scan")).toEqual([]);
  expect(gpu).toContain("Mul");
});
