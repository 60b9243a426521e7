/** @file Five models of two moons that come with the page, opened for questions. */
import { decodeSafetensors, type NdArray, type Runtime } from "@gen/core";
import { web } from "@gen/core/web";
import { cloud } from "../train/densities.js";
import { FAMILIES } from "../train/families.js";
import { Trainer, type Look, type Standing } from "../train/training.js";
import weights from "./moons.safetensors?url";

export class Models {
  readonly #runtime: Runtime;
  readonly #trainer: Trainer;

  private constructor(runtime: Runtime, trainer: Trainer) {
    [this.#runtime, this.#trainer] = [runtime, trainer];
  }

  static async open(): Promise<Models> {
    const response = await fetch(weights);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { tensors, metadata } = decodeSafetensors(bytes, { file: "moons.safetensors" });
    const steps = Number(metadata["steps"]);
    const runtime = await web({ device: "wasm" });
    const trainer = await Trainer.open(runtime, {
      families: FAMILIES,
      points: cloud("moons", 0, []),
      settings: { learningRate: 2e-3, batch: 256 },
      ...{ seed: 0, steps, turn: steps, from: standingsOf(tensors, steps) },
      signal: new AbortController().signal,
    });
    return new Models(runtime, trainer);
  }

  /** What each family has learned. */
  looks(): AsyncGenerator<Look, void> {
    return this.#trainer.looks();
  }

  /** log p of a point under each family that has one. */
  async nats(point: readonly [number, number]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const { id } of FAMILIES) {
      const nats = await this.#trainer.logDensity(id, point);
      if (nats !== undefined) found.set(id, nats);
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#runtime.close();
  }
}

/** By family, from names like "vae/encoder.0.weight". */
function standingsOf(tensors: Readonly<Record<string, NdArray>>, steps: number): Map<string, Standing> {
  const entries = FAMILIES.map(({ id }) => {
    const own = Object.entries(tensors).filter(([name]) => name.startsWith(`${id}/`));
    return [
      id,
      { steps, states: Object.fromEntries(own.map(([name, array]) => [name.slice(id.length + 1), array])) },
    ] as const;
  });
  return new Map(entries);
}
