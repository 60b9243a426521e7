/** @file Sounds of one's own: windows of a quarter of a second, learned by a variational autoencoder. */
import { vaeOptions } from "@gen/cli/options";
import { arrays, GenError, ndarray, trainStep } from "@gen/core";
import { Affine } from "@gen/core/codec";
import { parseWav } from "@gen/data";
import { dense, exportedFiles, gaussianLikelihood, sample, Vae } from "@gen/vae";
import { formOf } from "../form/form.js";
import { optimizerOf, rowsOf, toldTo, type Family } from "../train/course.js";
import { VAE } from "../train/facts.js";
import type { Open } from "./own.js";

/** Samples of a window, from the beginning of one to that of the next, and the rate that sounds are brought near. */
const [LENGTH, HOP, RATE] = [2048, 512, 8000];
const SAMPLES = 4;
/** Windows that are needed, and kept at most. */
const [LEAST, MOST] = [8, 8000];

export const openSounds: Open = async (files) => {
  const sounds: { wave: Float32Array; rate: number }[] = [];
  for (const file of files)
    sounds.push(slower(parseWav(new Uint8Array(await file.arrayBuffer()), { file: file.name })));
  const { rate } = sounds[0]!;
  const windows = sounds.flatMap(({ wave }) => windowsOf(wave)).slice(0, MOST);
  if (windows.length < LEAST) {
    const seconds = (LENGTH + (LEAST - 1) * HOP) / rate;
    throw new GenError("data", `expected at least ${seconds.toFixed(1)} seconds of sound, got less`, {
      fix: "drop longer sounds, or more of them",
    });
  }
  const x = new Float32Array(windows.length * LENGTH);
  windows.forEach((window, i) => x.set(window, i * LENGTH));
  const deviation = Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
  if (deviation === 0) throw new GenError("data", "expected sound, got silence", { fix: "drop another file" });
  return {
    kind: "sound",
    about: `${windows.length.toLocaleString("en")} windows of ${(LENGTH / rate).toFixed(2)} s at ${rate} samples a second`,
    points: arrays({ x: ndarray(x, [windows.length, LENGTH]) }),
    family: familyOf(deviation),
    shown: { as: "sound", length: LENGTH, rate },
    first: x.subarray(0, SAMPLES * LENGTH),
  };
};

/** One channel, each sample the mean of so many that the rate comes near {@link RATE}. */
function slower({ samples: { data, shape }, rate }: ReturnType<typeof parseWav>): { wave: Float32Array; rate: number } {
  const [channels, count] = shape as [number, number];
  const block = Math.max(1, Math.floor(rate / RATE));
  const wave = Float32Array.from({ length: Math.floor(count / block) }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) for (let k = 0; k < block; k++) sum += data[c * count + i * block + k]!;
    return sum / (channels * block);
  });
  return { wave, rate: Math.round(rate / block) };
}

function windowsOf(wave: Float32Array): Float32Array[] {
  const count = Math.max(0, Math.floor((wave.length - LENGTH) / HOP) + 1);
  return Array.from({ length: count }, (_, i) => wave.subarray(i * HOP, i * HOP + LENGTH));
}

const form = formOf(vaeOptions, {
  latentDim: 24,
  hidden: [256],
  activation: ["relu", "silu", "gelu", "elu", "tanh"],
  beta: 1,
});

function familyOf(deviation: number): Family {
  return {
    ...VAE,
    name: "VAE of your sounds",
    form,
    course(points, settings, key) {
      const { latentDim, hidden, activation, beta } = toldTo("vae", form, settings);
      const model = new Vae({
        shape: [LENGTH],
        latentDim,
        beta,
        architecture: dense({ hidden, activation }),
        likelihood: gaussianLikelihood({ std: 0.3 }),
        codec: new Affine({ shape: [LENGTH], scale: 1 / deviation }),
      });
      return {
        model,
        step: trainStep({
          model,
          batch: { x: [settings.batch, LENGTH] },
          loss: (batch, scope) => model.loss(batch, scope),
          optimizer: optimizerOf(settings),
        }),
        data: rowsOf(points, settings, key),
        samples: { program: sample(model, { n: SAMPLES }), output: "samples" },
        files: () => exportedFiles(model),
      };
    },
  };
}
