/**
 * @file Music as piano rolls: a recurrent network goes over time, and within a step each note is drawn given the lower ones.
 * After Boulanger-Lewandowski, Bengio & Vincent 2012, "Modeling Temporal Dependencies in High-Dimensional Sequences",
 * arXiv:1206.6392, with the masked network of MADE (arXiv:1502.03509) in the place of NADE.
 */
import { full, GenError, iota, randomUniform, scan, showShape, splitKey, type Scope, type Tensor } from "@gen/core";
import { Dropout, Lstm, MaskedMlp } from "@gen/core/nn";
import { bernoulli } from "@gen/core/prob";

export interface RollModelOptions {
  /** D: pitches of a step. */
  readonly pitches: number;
  /** H: width of the recurrent states. @default 200 */
  readonly hidden?: number;
  /** Recurrent layers. @default 1 */
  readonly layers?: number;
  /** Width of the hidden layer that gives a step's notes. @default 300 */
  readonly noteHidden?: number;
  /** Share of what goes into a layer over time, and of its states, that is dropped in training. @default 0 */
  readonly dropout?: number;
}

/** What a model of music is trained or measured on. */
export interface RollBatch {
  /** [N, T, D]: 1 where a pitch sounds. */
  readonly x: Tensor;
  /** [N, T]: 0 after the end of a piece. @default all steps count */
  readonly mask?: Tensor | undefined;
}

export interface RollDraw {
  readonly scope: Scope;
  /** T: steps of each piece. */
  readonly steps: number;
  /** [n, T, D]: pieces of which the beginning is given, and how many steps of each, [n] i32. */
  readonly given?: { readonly x: Tensor; readonly known: Tensor } | undefined;
}

/**
 *     log p(x) = Σ_t Σ_d log p(x_{t,d} | x_{t,<d}, x_{<t})
 *
 * exact, the lowest pitch first.
 */
export class RollModel {
  readonly layers: readonly Lstm[];
  readonly notes: MaskedMlp;
  readonly pitches: number;
  readonly #dropout: Dropout;

  /** @throws GenError `range` for less than one pitch or layer */
  constructor({ pitches, hidden = 200, layers = 1, noteHidden = 300, dropout = 0 }: RollModelOptions) {
    for (const [name, value] of Object.entries({ pitches, hidden, layers, noteHidden })) {
      if (!Number.isInteger(value) || value < 1)
        throw new GenError("range", `RollModel: expected ${name} ≥ 1, got ${value}`);
    }
    this.pitches = pitches;
    this.layers = Array.from(
      { length: layers },
      (_, l) => new Lstm({ inputs: l === 0 ? pitches : hidden, hidden, forgetBias: 1 }),
    );
    this.notes = new MaskedMlp({ inputs: pitches, hidden: [noteHidden], context: hidden });
    this.#dropout = new Dropout({ rate: dropout });
  }

  /** log p of each step given those before it, in nats; 0 where the mask is. @returns [N, T] */
  stepLogProbs({ x, mask }: RollBatch, scope: Scope): Tensor {
    const logits = this.#logits(x, scope);
    const steps = bernoulli({ logits, eventDims: 1 }).logProb(x.cast("f32")); //            [N, T]
    return mask === undefined ? steps : steps.mul(mask.cast("f32"));
  }

  /** Log-odds of each note, given what comes before it: [N, T, D]. */
  #logits(x: Tensor, scope: Scope): Tensor {
    if (x.rank !== 3 || x.shape[2] !== this.pitches) {
      throw new GenError("shape", `RollModel: expected rolls [N, T, ${this.pitches}], got ${showShape(x.shape)}`);
    }
    const roll = x.cast("f32");
    let h = roll.slice(1, 0, -1).pad([0, 1, 0], [0, 0, 0]); //                              what came before each step
    for (const layer of this.layers) h = layer.forward(this.#dropout.forward(h, scope)); // [N, T, H]
    return this.notes.forward(roll, scope, this.#dropout.forward(h, scope)).squeeze(3);
  }

  /** log p(x) of each piece, in nats. @returns [N] */
  logProb(batch: RollBatch, scope: Scope): Tensor {
    return this.stepLogProbs(batch, scope).sum(1);
  }

  /** −log p for each step, mean over all steps of a batch, in nats: what is minimised. */
  loss(batch: RollBatch, scope: Scope): Tensor {
    const total = this.stepLogProbs(batch, scope).sum().neg();
    const count = batch.mask?.cast("f32").sum();
    return count === undefined ? total.div(batch.x.shape[0]! * batch.x.shape[1]!) : total.div(count);
  }

  /** n pieces, step by step and note by note; steps that are given stay as they are. @returns [n, T, D] f32 */
  sample(n: number, { scope, steps, given }: RollDraw): Tensor {
    const D = this.pitches;
    const key = scope.nextKey();
    const start = [full([n, D], 0), ...this.layers.flatMap((layer) => layer.initialCarry(n))];
    const known = given === undefined ? [] : [given.x.transpose([1, 0, 2])]; // [T, n, D]
    const { ys } = scan({ carry: start, xs: [iota(steps, "i32"), ...known] }, ([last, ...carry], [t, own]) => {
      const next: Tensor[] = [];
      let h = last!;
      this.layers.forEach((layer, l) => {
        const step = layer.step(h, carry.slice(2 * l, 2 * l + 2));
        h = step.y;
        next.push(...step.carry);
      });
      const drawn = this.#notes(h, splitKey(key, t!), scope);
      const isKnown = given?.known.greater(t!).unsqueeze(1);
      const roll = isKnown?.where(own!, drawn) ?? drawn;
      return { carry: [roll, ...next], ys: [roll] };
    });
    return ys[0]!.transpose([1, 0, 2]);
  }

  /**
   * How far the uniform numbers of a draw under this scope lie outside of those of which each note of x is made, given what
   * comes before it, and in steps that are given how far x is from them. For x of {@link sample} it is what rounding is worth.
   *
   * @returns [n, T, D]
   */
  outside(x: Tensor, { scope, given }: Omit<RollDraw, "steps">): Tensor {
    const key = scope.nextKey();
    const inTurn = [x, this.#logits(x, scope)].map((of) => of.transpose([1, 0, 2])); // [T, n, D]
    const steps = iota(x.shape[1]!, "i32");
    const { ys } = scan({ carry: [], xs: [steps, ...inTurn] }, (_, [t, own, logits]) => ({
      carry: [],
      ys: [bernoulli({ logits: logits! }).outside(own!, splitKey(key, t!))],
    }));
    const all = ys[0]!.transpose([1, 0, 2]);
    if (given === undefined) return all;
    return given.known.unsqueeze(1).lessEqual(steps).unsqueeze(2).where(all, x.sub(given.x).abs());
  }

  /** The notes of a step, from the lowest to the highest. @param h [n, H] @returns [n, D] */
  #notes(h: Tensor, key: Tensor, scope: Scope): Tensor {
    const [n, D] = [h.shape[0]!, this.pitches];
    const net = this.notes.oneByOne({ n, scope, context: h });
    const xs = [randomUniform(key, [n, D]).transpose(), ...net.turns]; // [D, …] each
    const { ys } = scan({ carry: [net.start], xs }, ([sums], [u, ...turn]) => {
      const p = net.params(sums!, turn).squeeze(1).sigmoid(); //           [n]
      const note = u!.less(p).cast("f32");
      return { carry: [net.add(sums!, note, turn)], ys: [note] };
    });
    return ys[0]!.transpose();
  }
}
