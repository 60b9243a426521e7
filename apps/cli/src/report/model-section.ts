/** @file The exported model in a report: how to use it, what its files are for, and how they were checked. */
import type { CardFile, CardPort, Parity } from "@gen/core";
import { showBytes } from "../output/format.js";
import { escapeHtml } from "../plot/escape.js";
import { section } from "./section.js";

export interface ModelFile {
  readonly name: string;
  readonly purpose: string;
  readonly bytes: number;
  /** How its weights are stored. */
  readonly precision: CardFile["precision"];
  /** What goes in. */
  readonly inputs: readonly Pick<CardPort, "name" | "dtype" | "shape">[];
  /** How far it is from the trainer, on each provider that it was checked on. */
  readonly parity: readonly Parity[];
}

/** Nothing, if there is no export yet. */
export function modelSection(files: readonly ModelFile[]): string {
  if (files.length === 0) return "";
  const sampler = files.find(({ name }) => name === "sampler.onnx");
  const parts = [
    `<p>The folder <code>model/</code> needs nothing of ours: any ONNX Runtime, in any language, runs it.</p>`,
    sampler === undefined ? "" : usage(sampler),
    `<div class="scroll"><table class="files">\n<tr><th>file</th><th>what it does</th><th>size</th><th>from the trainer</th></tr>\n${files.map(row).join("\n")}\n</table></div>`,
    `<p class="note">From the trainer: the largest absolute difference between what the file gives and what the trainer gave for the same input. An export that differs by more than is allowed, a part of 1 + |value|, fails; weights in 16 bits are allowed more.</p>`,
  ];
  return section("The model", parts.filter((part) => part !== "").join("\n"));
}

function usage(sampler: ModelFile): string {
  return `<pre><code>${escapeHtml(snippet(sampler.inputs))}</code></pre>
<p class="note">In Node, after <code>npm install onnxruntime-node</code>, as <code>sample.mjs</code> beside this page. The same seed gives the same samples everywhere.</p>`;
}

function row({ name, purpose, bytes, precision, parity }: ModelFile): string {
  const checked = parity.map(
    ({ provider, maxAbsolute, tolerance }) =>
      `${maxAbsolute.toExponential(1)} <small>${escapeHtml(provider)}, ${tolerance} allowed</small>`,
  );
  return `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${escapeHtml(purpose)}</td><td>${showBytes(bytes)}${precision !== "f32" ? " <small>f16</small>" : ""}</td><td>${checked.join("<br>")}</td></tr>`;
}

/** What scalars of samplers are set to. */
const SETTINGS: Readonly<Record<string, number>> = { steps: 50, guidance: 1, truncation: 6 };

/** How ONNX Runtime calls their types. */
const ORT: Readonly<Record<string, string>> = { f32: "float32", i32: "int32" };

/** How to draw from the sampler in Node, in ten lines. Shown in the report, and run by a test. @param inputs of the sampler */
export function snippet(inputs: ModelFile["inputs"]): string {
  const label = inputs.some(({ name }) => name === "label");
  const settings = inputs.flatMap(({ name, dtype, shape }) =>
    shape.length === 0 && SETTINGS[name] !== undefined
      ? [
          `, ${name}: ${dtype === "i64" ? `int64(${SETTINGS[name]})` : `new Tensor("${ORT[dtype]}", [${SETTINGS[name]}], [])`}`,
        ]
      : [],
  );
  return `import { InferenceSession, Tensor } from "onnxruntime-node";

const session = await InferenceSession.create("model/sampler.onnx");
const int64 = (value) => new Tensor("int64", [BigInt(value)], []);
${label ? `const label = new Tensor("int32", [0, 1, 2, 3], [4]); // the class of each\n` : ""}
const { samples } = await session.run({ seed: int64(7), n: int64(4)${label ? ", label" : ""}${settings.join("")} });

console.log(samples.dims); // four of them
console.log(samples.data); // numbers in row-major order`;
}
