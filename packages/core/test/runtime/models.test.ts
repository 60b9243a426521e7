import { describe, expect, it } from "vitest";
import { lower } from "../../src/onnx/lower.js";
import { encodeModel } from "../../src/onnx/proto.js";
import { repeat } from "../../src/program/compose.js";
import type { Backend } from "../../src/runtime/backend.js";
import { workerBackend } from "../../src/runtime/worker-backend.js";
import { toyModel, toyStep } from "../train/toy.js";

/** A device whose worker writes down what it is asked, and refuses the first `refused` models. */
function notebook(refused = 0): { backend: Backend; asked: string[] } {
  const asked: string[] = [];
  const port = {
    ask: (kind: string) =>
      asked.push(kind) > refused ? Promise.resolve(asked.length) : Promise.reject(new Error("no room")),
    end: () => Promise.resolve(),
  };
  return { backend: workerBackend(port, { device: "cpu", loopsInside: true, target: "cpu", session: {} }), asked };
}

const step = toyStep(toyModel(), { noisy: true });

describe("programs of K steps", () => {
  it("are one file for every K, and another for another step", () => {
    const file = (k: number): Uint8Array => encodeModel(lower(repeat(step, k).graph, { target: "cpu" }));
    expect(file(2)).toEqual(file(7));
    expect(lower(repeat(step, 2).graph, { target: "cpu" }).graph.inputs.map(({ shape }) => shape[0])).toContain(
      "steps",
    );
    expect(encodeModel(lower(repeat(toyStep(toyModel()), 2).graph, { target: "cpu" }))).not.toEqual(file(2));
  });

  it("get one session, which goes with the last of them", async () => {
    const { backend, asked } = notebook();
    const kernels = await Promise.all([2, 3, 8].map((k) => backend.compile(repeat(step, k).graph)));
    expect(asked).toEqual(["load"]);
    await kernels[0]!.release();
    await kernels[2]!.release();
    expect(asked).toEqual(["load"]);
    await kernels[1]!.release();
    expect(asked).toEqual(["load", "unload"]);
    await backend.compile(repeat(step, 2).graph);
    expect(asked).toEqual(["load", "unload", "load"]);
  });

  it("are loaded again after a failure", async () => {
    const { backend, asked } = notebook(1);
    const first = [2, 3].map((k) => backend.compile(repeat(step, k).graph));
    for (const failed of first) await expect(failed).rejects.toThrow("no room");
    await backend.compile(repeat(step, 2).graph);
    expect(asked).toEqual(["load", "load"]);
  });
});

it("a program of one step has a session of its own", async () => {
  const { backend, asked } = notebook();
  await Promise.all([backend.compile(step.graph), backend.compile(step.graph)]);
  expect(asked).toEqual(["load", "load"]);
});
