/**
 * @file Sampling that computes only what a new pixel changes: rows in an outer loop, the pixels of a row in an inner one,
 * both inside the graph. The same draws as going over the whole picture for each pixel, up to rounding.
 */
import { full, iota, scan, splitKey, type Tensor } from "@gen/core";
import type { CausalLayer, Kept, PixelVisit } from "./causal-layer.js";
import type { PixelContext, PixelNetwork } from "./network.js";
import type { PixelSampling } from "./sampling.js";

/** @returns [n, C, H, W], encoded */
export function sampleRowByRow({ network, law, context, key, start, known }: PixelSampling): Tensor {
  const [n, C, H, W] = start.shape as [number, number, number, number];
  const layers = layersOf(network, context, [n, C, W]);
  const states = layers.map((layer) => layer.firstRow(n, W));
  const counts = new Array<number>(layers.length).fill(0); // rows that each layer keeps
  const rows = start.transpose([2, 3, 0, 1]); // [H, W, n, C]

  const { ys } = scan({ carry: states.flat(), xs: [iota(H, "i32"), rows] }, (now, [i, row]) => {
    const state = grouped(now, lengths(states));
    const told = layers.map((layer, l) => layer.atRow(state[l]!));
    const lefts = layers.map((layer) => layer.firstPixel(n));
    const columns = told.flat().map((t) => t.transpose([2, 0, 1])); // [W, n, C] each
    const along = scan({ carry: lefts.flat(), xs: [iota(W, "i32"), row!, ...columns] }, (memory, [j, given, ...at]) => {
      const visit = new Visit(grouped(at, lengths(told)), grouped(memory, lengths(lefts)));
      const place = i!.mul(W).add(j!);
      let y = given!.reshape([n, C, 1, 1]);
      for (let c = 0; c < law.colours; c++) {
        visit.begin(y);
        const params = network.forward(y, { ...context, visit });
        const drawn = law.of(params).sample(splitKey(key, place)); // [n, C, 1, 1]
        const isFree = known?.lessEqual(place).reshape([n, 1, 1, 1]);
        const isColour = law.colours === 1 ? undefined : iota(C, "i32").equal(c).reshape([1, C, 1, 1]);
        const isDrawn = isFree !== undefined && isColour !== undefined ? isFree.and(isColour) : (isFree ?? isColour);
        y = isDrawn?.where(drawn, y) ?? drawn;
      }
      const kept = visit.end(y);
      kept.forEach(({ row }, l) => (counts[l] = row.length));
      return {
        carry: kept.flatMap(({ left }) => left),
        ys: [y.reshape([n, C]), ...kept.flatMap(({ row }) => row)],
      };
    });
    const [drawn, ...kept] = along.ys.map((t) => t.transpose([1, 2, 0])); // [n, C, W] each
    const keptBy = grouped(kept, counts);
    return { carry: layers.flatMap((layer, l) => layer.nextRow(state[l]!, told[l]!, keptBy[l]!)), ys: [drawn!] };
  });
  return ys[0]!.transpose([1, 2, 0, 3]); // [H, n, C, W] → [n, C, H, W]
}

/** The layers of a network in the order in which it calls them at a pixel. */
function layersOf(network: PixelNetwork, context: PixelContext, [n, C, W]: [number, number, number]): CausalLayer[] {
  const layers: CausalLayer[] = [];
  const visit: PixelVisit = {
    run(layer, x) {
      layers.push(layer);
      const told = layer.atRow(layer.firstRow(n, W)).map((t) => t.slice(2, 0, 1).squeeze(2));
      return layer.atPixel(x, told, layer.firstPixel(n)).outputs;
    },
  };
  network.forward(full([n, C, 1, 1], 0), { ...context, visit });
  return layers;
}

/** A pixel, for which the network runs once for each colour. */
class Visit implements PixelVisit {
  readonly #told: readonly (readonly Tensor[])[];
  readonly #lefts: readonly (readonly Tensor[])[];
  #keeps: ((y: Tensor) => Kept)[] = [];
  #y: Tensor | undefined;

  constructor(told: readonly (readonly Tensor[])[], lefts: readonly (readonly Tensor[])[]) {
    [this.#told, this.#lefts] = [told, lefts];
  }

  /** Starts a run of the network on the pixel as far as it is drawn. */
  begin(y: Tensor): void {
    [this.#y, this.#keeps] = [y, []];
  }

  run(layer: CausalLayer, x: Tensor): readonly Tensor[] {
    const l = this.#keeps.length;
    const at = layer.atPixel(x, this.#told[l]!, this.#lefts[l]!);
    const isPixel = x.node === this.#y?.node; // then what is kept is the pixel as drawn, which was not known yet
    this.#keeps.push((y) => at.keep(isPixel ? y : x));
    return at.outputs;
  }

  /** What the layers keep of the last run, y being what was drawn. */
  end(y: Tensor): Kept[] {
    return this.#keeps.map((keep) => keep(y));
  }
}

const lengths = (lists: readonly (readonly Tensor[])[]): number[] => lists.map((list) => list.length);

/** A list cut into lists of so many. */
function grouped(flat: readonly Tensor[], counts: readonly number[]): Tensor[][] {
  let start = 0;
  return counts.map((count) => flat.slice(start, (start += count)));
}
