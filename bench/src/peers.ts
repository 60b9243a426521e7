/** @file The processes that are compared, and whether this machine has them. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
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

export const peers: { readonly [P in PeerId]: Peer } = {
  torch: {
    title: "PyTorch eager, CPU",
    command: ["python3", "sides/pytorch/main.py"],
    absence() {
      const { status } = spawnSync("python3", ["-c", "import torch"], { stdio: "ignore" });
      return status === 0 ? undefined : 'python3 -c "import torch" does not work here';
    },
  },
  "jax-js": { title: "jax-js in Node", command: typescript("jax.ts"), absence: installed("@jax-js/jax") },
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
};
