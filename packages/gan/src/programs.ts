/** @file What one does with trained players, as programs: sample, generate from given noise, judge. */
import { inference, type BatchField, type Program, type Scope, type Tensor } from "@gen/core";
import type { Gan } from "./gan.js";

export interface SampleOptions {
  readonly n: number;
  /** Draw noise given |z| ≤ truncation: nearer to the middle, with less variety. @default all of it */
  readonly truncation?: number;
}

export interface RowsOptions {
  readonly n: number;
  /** How rows are given: numbers, or bytes from 0 to 255 for pictures. @default "f32" */
  readonly pixels?: "u8" | "f32";
}

export type Feeds = Readonly<Record<string, Tensor>>;

/** The field of what rows are conditioned on, if they are. */
export function labels(gan: Gan, n: number): Record<string, BatchField> {
  return gan.classes === 0 ? {} : { label: { shape: [n], dtype: "i32" } };
}

interface DrawsOptions {
  readonly n: number;
  readonly truncation?: number | Tensor | undefined;
  readonly label?: Tensor | undefined;
}

/** New rows from noise, in a graph: [n, …shape] in the user's units. */
export function draws(gan: Gan, { n, truncation, label }: DrawsOptions, scope: Scope): Tensor {
  return gan.decode(gan.generate(gan.latent.draw(n, scope, truncation), gan.condition(label), scope));
}

/**
 * New rows. Feeds `label` [n] i32 of a model with classes.
 *
 * @returns output samples [n, …shape]
 * @throws GenError `range` for a truncation below 0
 */
export function sample(gan: Gan, options: SampleOptions): Program {
  return inference(gan, labels(gan, options.n), ({ label }: Feeds, scope) => ({
    samples: draws(gan, { ...options, label }, scope),
  }));
}

/** Rows of given noise. Feeds z [n, latent.width], and `label`. @returns output x [n, …shape] */
export function generate(gan: Gan, { n }: { readonly n: number }): Program {
  return inference(gan, { z: [n, gan.latent.width], ...labels(gan, n) }, ({ z, label }: Feeds, scope) => ({
    x: gan.decode(gan.generate(z!, gan.condition(label), scope)),
  }));
}

/** What the discriminator says. Feeds x [n, …shape], and `label`. @returns output score [n], larger for what looks real */
export function judge(gan: Gan, { n, pixels = "f32" }: RowsOptions): Program {
  const batch = { x: { shape: [n, ...gan.shape], dtype: pixels }, ...labels(gan, n) };
  return inference(gan, batch, ({ x, label }: Feeds, scope) => ({
    score: gan.discriminator.net.judge(gan.encode(x!, scope), gan.condition(label), scope).score,
  }));
}
