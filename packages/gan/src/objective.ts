/** @file The losses of both players on one batch: what is paid for scores, for classes, for codes, and the penalties. */
import { logSoftmax, type Scope, type Tensor } from "@gen/core";
import { checkJudged, type Judged } from "./discriminator.js";
import type { Gan } from "./gan.js";
import type { CodePlace } from "./latent.js";
import { spectator } from "./side.js";

export interface GanBatch {
  /** [N, …shape] u8 or f32, in the user's units. */
  readonly x: Tensor;
  /** [N] i32, for a model with classes; fake rows get the same. */
  readonly label?: Tensor | undefined;
}

/** Scalars: what is minimised, and what is worth watching. */
export interface Terms {
  readonly loss: Tensor;
  readonly [name: string]: Tensor;
}

/**
 * The discriminator's loss. The generator only looks on: what it would write (running moments) is forgotten, and no gradient
 * reaches it.
 *
 * @returns loss, the mean scores `real` and `fake`, and `penalty`, `classes`, `codes` where there are some
 */
export function discriminatorLoss(gan: Gan, batch: GanBatch, scope: Scope): Terms {
  const condition = gan.condition(batch.label);
  const { net, loss, penalties } = gan.discriminator;
  const x = gan.encode(batch.x, scope);
  const z = gan.latent.draw(x.shape[0]!, scope);
  const generated = gan.generate(z, condition, spectator(scope)).stopGradient();
  const [real, fake] = [gan.augmented(x, scope), gan.augmented(generated, scope)];
  const judge = (rows: Tensor): Judged => net.judge(rows, condition, scope);
  const [judgedReal, judgedFake] = [judge(real), judge(fake)];
  checkJudged(judgedReal, real);

  const costs: Record<string, Tensor> = {};
  const adversarial = loss.discriminator(judgedReal.score, judgedFake.score, scope);
  const penalty = sum(penalties.map((each) => each.penalty({ real, fake, judgedReal, judgedFake, judge, scope })));
  if (penalty !== undefined) costs["penalty"] = penalty;
  const classes = sum([classError(judgedReal, condition), classError(judgedFake, condition)]);
  if (classes !== undefined) costs["classes"] = classes.mul(gan.weights.auxiliary);
  const codes = codeError(judgedFake, z, gan.latent.codes);
  if (codes !== undefined) costs["codes"] = codes.mul(gan.weights.information);
  return {
    loss: sum([adversarial, ...Object.values(costs)])!,
    real: judgedReal.score.mean(),
    fake: judgedFake.score.mean(),
    ...costs,
  };
}

/**
 * The generator's loss; here the discriminator looks on.
 *
 * @returns loss, `spread` (the deviation of the rows of a batch over that of real ones: 0 where all are alike), and
 * `penalty`, `classes`, `codes` where there are some
 */
export function generatorLoss(gan: Gan, batch: GanBatch, scope: Scope): Terms {
  const condition = gan.condition(batch.label);
  const { net, loss } = gan.discriminator;
  const x = gan.encode(batch.x, scope);
  const z = gan.latent.draw(x.shape[0]!, scope);
  const fake = gan.generate(z, condition, scope);
  const onlooker = spectator(scope);
  const judge = (rows: Tensor): Judged => net.judge(gan.augmented(rows, scope), condition, onlooker);
  const judgedFake = judge(fake);
  checkJudged(judgedFake, fake);
  let real: Judged | undefined;
  const judgedReal = (): Judged => (real ??= judge(x));

  const costs: Record<string, Tensor> = {};
  const adversarial = loss.generator(judgedFake.score, loss.isRelative ? judgedReal().score : undefined);
  const penalty = sum(gan.generator.penalties.map((each) => each.penalty({ z, fake, judgedFake, judgedReal, scope })));
  if (penalty !== undefined) costs["penalty"] = penalty;
  const classes = classError(judgedFake, condition);
  if (classes !== undefined) costs["classes"] = classes.mul(gan.weights.auxiliary);
  const codes = codeError(judgedFake, z, gan.latent.codes);
  if (codes !== undefined) costs["codes"] = codes.mul(gan.weights.information);
  return {
    loss: sum([adversarial, ...Object.values(costs)])!,
    spread: spread(fake).div(spread(x).add(1e-12)),
    ...costs,
  };
}

/** √(mean variance over the rows of a batch). */
function spread(x: Tensor): Tensor {
  return x.stopGradient().variance(0).mean().sqrt();
}

function sum(terms: readonly (Tensor | undefined)[]): Tensor | undefined {
  return terms.reduce<Tensor | undefined>(
    (total, term) => (term && total ? total.add(term) : (total ?? term)),
    undefined,
  );
}

/** −E[log p(y|x)] of an auxiliary classifier, in nats. */
function classError({ classes }: Judged, condition: Tensor | undefined): Tensor | undefined {
  return classes && condition && crossEntropy(classes, condition);
}

function crossEntropy(logits: Tensor, wanted: Tensor): Tensor {
  return logSoftmax(logits).mul(wanted).sum(1).mean().neg();
}

/**
 * −E[log Q(c|x)], in nats and but for a constant: of categorical codes the cross entropy, of continuous ones that of N(μ(x), 1). A
 * width of their own would let their cost rise without bound while the generator moves, over that of telling real from fake.
 *
 * @see Chen et al. 2016, "InfoGAN", eq. 5. arXiv:1606.03657
 */
function codeError({ codes }: Judged, z: Tensor, places: readonly CodePlace[]): Tensor | undefined {
  if (codes === undefined) return undefined;
  const said = codes.split(
    places.map(({ size }) => size),
    1,
  );
  return sum(
    places.map(({ kind, start, size }, i) => {
      const wanted = z.slice(1, start, start + size);
      if (kind === "categorical") return crossEntropy(said[i]!, wanted);
      return wanted.sub(said[i]!).square().sum(1).mean().mul(0.5);
    }),
  );
}
