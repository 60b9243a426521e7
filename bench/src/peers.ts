/** @file The processes that are compared, and whether this machine has them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromiumPath } from "../sides/tab/chromium.js";
import type { PeerId } from "./work.js";

export interface Peer {
  readonly title: string;
  /** Program and arguments, run in the folder of the bench. */
  readonly command: readonly string[];
  /** Why it cannot run here, if it cannot. */
  absence(): string | undefined;
}

export const folder = fileURLToPath(new URL("..", import.meta.url));

const typescript = (file: string, ...args: string[]): string[] => [
  process.execPath,
  "--import",
  "tsx",
  `sides/${file}`,
  ...args,
];

const installed = (name: string) => (): string | undefined =>
  existsSync(`${folder}/node_modules/${name}`) ? undefined : `${name} is not installed (pnpm -C bench install)`;

export const ours = typescript("ours.ts");

/** Libraries of Python that have to be there. */
const python = (title: string, ...modules: string[]): Peer => ({
  title,
  command: ["python3", "sides/pytorch/main.py"],
  absence() {
    const code = `import ${modules.join(", ")}`;
    const { status } = spawnSync("python3", ["-c", code], { stdio: "ignore" });
    return status === 0 ? undefined : `python3 -c "${code}" does not work here`;
  },
});

export const peers: { readonly [P in PeerId]: Peer } = {
  torch: python("PyTorch eager, CPU", "torch"),
  nflows: python("nflows on PyTorch eager, CPU", "torch", "nflows"),
  zuko: python("zuko on PyTorch eager, CPU", "torch", "zuko"),
  "jax-js": { title: "jax-js in Node", command: typescript("jax.ts"), absence: installed("@jax-js/jax") },
  "jax-js-tab": {
    title: "jax-js in the same Chromium",
    command: typescript("jax-tab.ts"),
    absence: () => (chromiumPath() === undefined ? "Chromium is not here (GEN_CHROMIUM names it)" : undefined),
  },
  "tfjs-wasm": {
    title: "TensorFlow.js wasm in Node",
    command: typescript("tfjs.ts", "wasm"),
    absence: installed("@tensorflow/tfjs-backend-wasm"),
  },
  "tfjs-cpu": {
    title: "TensorFlow.js in pure JavaScript",
    command: typescript("tfjs.ts", "cpu"),
    absence: installed("@tensorflow/tfjs"),
  },
  "transformers-js": {
    title: "transformers.js in Node",
    command: typescript("transformers.ts"),
    absence: installed("@huggingface/transformers"),
  },
  recomputed: { title: "ours without a cache", command: [...ours, "recomputed"], absence: () => undefined },
};
