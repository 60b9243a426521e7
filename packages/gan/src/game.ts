/** @file The game as one program: steps of the discriminator, then steps of the generator, over one store. */
import {
  GenError,
  grad,
  parameters,
  paths,
  sequence,
  trainStep,
  type BatchSpec,
  type Program,
  type Scope,
  type Tensor,
} from "@gen/core";
import type { Average, Optimizer } from "@gen/core/optim";
import { checkWhole } from "./check.js";
import type { Gan } from "./gan.js";
import { discriminatorLoss, generatorLoss, type GanBatch, type Terms } from "./objective.js";
import { ownSide, type Side } from "./side.js";

export interface GameOptions {
  /** Rows that a player sees in one update. */
  readonly batch: number;
  /** How rows are given: numbers, or bytes from 0 to 255 for pictures. @default "f32" */
  readonly pixels?: "u8" | "f32";
  /** A schedule counts the updates of its own player: five in a step where the discriminator moves five times. */
  readonly optimizers: { readonly discriminator: Optimizer; readonly generator: Optimizer };
  /** How often each player moves in one step of the game. @default 1 and 1 */
  readonly updates?: { readonly discriminator?: number; readonly generator?: number };
  /** A running average of the generator, to sample from. */
  readonly average?: Average;
}

/** Rows of data in one step of the game: each update of the discriminator sees others. */
export function rowsPerStep({ batch, updates }: Pick<GameOptions, "batch" | "updates">): number {
  return batch * (updates?.discriminator ?? 1);
}

/**
 * One step of the game: the discriminator moves, then the generator, as often as `updates` says, each program writing its
 * own side of the store alone. `fit` repeats it like any step, K times in one graph on the CPU. It takes batches of
 * {@link rowsPerStep} rows.
 *
 * @returns a program with the outputs `discriminator.loss`, `.real` and `.fake` (mean scores), `generator.loss` and `.spread`,
 * and of both `.gradient`, the length of the gradient: those of each player's last update
 * @throws GenError `range` for counts that are not whole numbers ≥ 1, `option` for a batch of one under batch normalisation
 */
export function game(gan: Gan, options: GameOptions): Program {
  const { updates: { discriminator = 1, generator = 1 } = {}, batch } = options;
  checkWhole("batch", batch, { where: "game", least: 1 });
  checkWhole("updates.discriminator", discriminator, { where: "game", least: 1 });
  checkWhole("updates.generator", generator, { where: "game", least: 1 });
  if (batch === 1 && [...paths(gan).keys()].some((name) => name.endsWith(".runningVariance"))) {
    throw new GenError("option", "game: expected a batch of at least 2 rows under batch normalisation, got 1", {
      fix: "use larger batches, or an architecture without batch normalisation",
    });
  }
  const parts: [string, Program][] = [];
  const add = (side: Side, count: number): void => {
    for (let move = 0; move < count; move++) {
      const step = playerStep(gan, { ...options, side, move });
      const isLast = move === count - 1;
      parts.push(isLast ? [side, step] : [`${side}#${move + 1}`, { ...step, outputs: [] }]);
    }
  };
  add("discriminator", discriminator);
  add("generator", generator);
  return sequence(Object.fromEntries(parts));
}

export interface PlayerOptions extends GameOptions {
  readonly side: Side;
  /** Which of the updates of a step it is, counted from 0: it decides which rows the player sees. @default 0 */
  readonly move?: number;
}

const losses = { discriminator: discriminatorLoss, generator: generatorLoss } as const;

/**
 * One update of one player, which writes its own side alone: what a game is made of.
 *
 * @returns a program with the outputs loss and gradient, and what the player's loss reports
 */
export function playerStep(gan: Gan, options: PlayerOptions): Program {
  const { side, move = 0, batch, pixels = "f32", optimizers, average } = options;
  const rows = rowsPerStep(options);
  const fields: BatchSpec = {
    x: { shape: [rows, ...gan.shape], dtype: pixels },
    ...(gan.classes > 0 && { label: { shape: [rows], dtype: "i32" } }),
  };
  const own = [...parameters(gan[side]).values()];
  const from = (move * batch) % rows;
  const turn = (field: Tensor): Tensor => (rows === batch ? field : field.slice(0, from, from + batch));
  const step = trainStep({
    model: gan,
    learn: gan[side],
    name: `${side}.optimizer`,
    batch: fields,
    loss: (feeds, scope: Scope) => {
      const { x, label } = feeds as unknown as GanBatch;
      const terms = losses[side](gan, { x: turn(x), label: label && turn(label) }, scope);
      return { ...terms, gradient: length(grad(terms.loss, own)) } satisfies Terms;
    },
    optimizer: optimizers[side],
    ...(side === "generator" && average !== undefined && { average }),
  });
  return ownSide(step, side, side === "generator" && average !== undefined ? [average.prefix] : []);
}

/** ‖g‖ over all parameters; equal expressions are one node, so the optimizer's gradients are not computed twice. */
function length(gradients: readonly Tensor[]): Tensor {
  return gradients
    .map((g) => g.square().sum())
    .reduce((a, b) => a.add(b))
    .sqrt();
}
