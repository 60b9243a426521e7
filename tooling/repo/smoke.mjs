/**
 * @file The packed packages, installed in an empty folder, train and sample under other versions of Node, Deno and Bun.
 * Run by the slow tests; `node tooling/repo/smoke.mjs` does the same by itself, once the packages are built.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./workspace.mjs";

/** What the registry calls this machine. */
const NODE = { linux: "linux", darwin: "darwin", win32: "win" }[process.platform];
const DENO = { "linux-x64": "linux-x64-glibc", "linux-arm64": "linux-arm64-glibc" }[
  `${process.platform}-${process.arch}`
];
const BUN = `${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}`;

const node = (major) => ({
  name: `Node ${major}`,
  package: `node-${NODE}-${process.arch}`,
  version: String(major),
  binary: process.platform === "win32" ? "bin/node.exe" : "bin/node",
  options: [],
});

export const engines = [
  node(20),
  node(22),
  node(24),
  {
    name: "Deno",
    package: `@deno/${DENO ?? `${process.platform}-${process.arch}`}`,
    version: "2",
    binary: "deno",
    options: ["run", "--allow-all", "--node-modules-dir=manual", "--no-config"],
  },
  { name: "Bun", package: `@oven/bun-${BUN}`, version: "1", binary: "bin/bun", options: ["run"] },
];

const PACKED = ["core", "vae"];
const CACHE = join(root, "node_modules/.gen/engines");

/** What a user would write: twenty steps, then samples; the losses go to the terminal. */
const PROGRAM = `
import { arrays, batches, fit, key, ndarray, trainStep, uniformDraws } from "@gen/core";
import { adam } from "@gen/core/optim";
import { node } from "@gen/core/node";
import { dense, sample, Vae } from "@gen/vae";

const vae = new Vae({ shape: [1, 4, 4], latentDim: 2, architecture: dense({ hidden: [8] }) });
const step = trainStep({
  model: vae,
  batch: { x: [16, 1, 4, 4] },
  loss: (batch, scope) => vae.loss(batch, scope),
  optimizer: adam({ learningRate: 1e-2 }),
});
const x = ndarray(uniformDraws(key(0), 64 * 16), [64, 1, 4, 4]);
const data = batches(arrays({ x }), { size: 16, key: key(1) });
const runtime = await node({ device: process.argv.at(-1) });
const store = await runtime.init(vae, { key: key(2) });
const losses = [];
for await (const { loss } of fit(step, { runtime, store, data, steps: 20, key: key(3) })) losses.push(loss);
const { samples } = await runtime.run(sample(vae, { n: 2 }), { store, key: key(4) });
await runtime.close();
console.log(JSON.stringify({ device: runtime.device, losses, samples: Array.from(samples.data) }));
`;

/** A folder with the packages as a user would install them. @returns {Promise<string>} */
export async function installPacked() {
  const folder = await mkdtemp(join(tmpdir(), "smoke-"));
  for (const name of PACKED) await must("pnpm", ["pack", "--pack-destination", folder], join(root, "packages", name));
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const version = /onnxruntime-node: (\S+)/.exec(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"))[1];
  const dependencies = Object.fromEntries([
    ...tarballs.map((name) => [name.replace(/^(.*?)-(.*)-\d.*$/, "@$1/$2"), `file:./${name}`]),
    ["onnxruntime-node", version],
    ["onnxruntime-web", version],
  ]);
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "smoke", private: true, type: "module", dependencies }),
  );
  await writeFile(join(folder, "smoke.js"), PROGRAM);
  await must("pnpm", ["install", "--ignore-workspace", "--ignore-scripts", "--prefer-offline"], folder);
  return folder;
}

/**
 * The path of an engine, fetched once; or why there is none.
 *
 * @param {typeof engines[number]} engine
 * @returns {Promise<{ path?: string, missing?: string }>}
 */
export async function fetchEngine({ name, package: id, version, binary }) {
  if (name === `Node ${process.versions.node.split(".")[0]}`) return { path: process.execPath };
  const folder = join(CACHE, `${id.replace("/", "-")}-${version}`);
  const path = join(folder, "node_modules", id, binary);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "private": true }');
    const args = ["add", "--ignore-workspace", "--ignore-scripts", `${id}@${version}`];
    const { code, output } = await run("pnpm", args, { cwd: folder });
    if (code !== 0 || !existsSync(path)) {
      const reason = output.split("\n").find((line) => /ERR|error/i.test(line)) ?? "no binary in it";
      return { missing: `${id}@${version} could not be had from the registry: ${reason.trim()}` };
    }
  }
  return { path };
}

/**
 * Runs the program under an engine.
 *
 * @param {string} folder
 * @param {{ path: string, options: string[], device: string }} engine
 * @returns {Promise<{ losses: number[], samples: number[] }>}
 */
export async function train(folder, { path, options, device }) {
  const { code, output } = await run(path, [...options, "smoke.js", device], { cwd: folder });
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (code !== 0 || line === undefined) throw new Error(`exit code ${code}: ${output}`);
  return JSON.parse(line);
}

async function must(command, args, cwd) {
  const { code, output } = await run(command, args, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: ${output}`);
}

if (import.meta.filename === process.argv[1]) {
  const fetched = new Map(engines.map((engine) => [engine, fetchEngine(engine)])); // side by side
  const folder = await installPacked();
  for (const engine of engines) {
    const { path, missing } = await fetched.get(engine);
    if (missing !== undefined) {
      console.log(`${engine.name}: skipped: ${missing}`);
      continue;
    }
    for (const device of ["cpu", "wasm"]) {
      try {
        const { losses } = await train(folder, { path, options: engine.options, device });
        console.log(`${engine.name}, ${device}: loss ${losses[0]} to ${losses.at(-1)}`);
      } catch (error) {
        process.exitCode = 1;
        console.log(`${engine.name}, ${device}: ${error.message}`);
      }
    }
  }
  await rm(folder, { recursive: true });
}
