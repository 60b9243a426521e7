/**
 * @file The log-likelihood of data under a Parzen window on samples: how models without a density were once compared.
 * Breuleux, Bengio & Vincent 2011, "Quickly generating representative samples from an RBM-derived process", Neural
 * Computation 23; as in Goodfellow et al. 2014, arXiv:1406.2661, §5.
 */
import { GenError, key as keyOf, split } from "@gen/core";
import { bootstrapMean, type BootstrapOptions, type Estimate } from "./estimate.js";
import { distances } from "./pairs.js";
import { checkWidths, gather, type Points } from "./points.js";
import type { Multiply } from "./products.js";
import type { Source } from "./source.js";

export interface ParzenSets {
  /** Rows s [N, …] that the windows stand on; papers take 10,000. */
  readonly samples: Source;
  /** Rows of the data that choose σ. */
  readonly validation: Source;
  /** Rows of the data that are measured. */
  readonly test: Source;
}

export interface ParzenOptions extends BootstrapOptions {
  /** Widths to choose from. @default 25 from 0.05 to 1, each 1.13 times the last, then 15 around the best of them, 1.016 apart */
  readonly sigmas?: readonly number[];
  /** Rows that are kept of each set, a random sample of a longer one. @default 10_000, of validation 1000 */
  readonly limit?: number;
  /** @default plain loops, which take minutes for pictures */
  readonly multiply?: Multiply;
}

export interface Parzen {
  /** The width with the greatest likelihood on the validation rows. */
  readonly sigma: number;
  /** Mean log-density of the test rows, nats. */
  readonly logLikelihood: Estimate;
}

/**
 * The mean over test rows of
 *
 *     log p(x) = log 1/N Σ_i N(x; s_i, σ²·I)
 *
 * **It does not measure quality.** On MNIST, 10,000 pictures of the training set itself reach less than means of
 * neighbouring pictures do, and a blurred picture more than a sharp one; an estimate of a density in 784 dimensions
 * from 10,000 windows is far from any density. It is here since papers of its time report it. Theis et al. 2016,
 * arXiv:1511.01844, §3.3, say why not to use it.
 *
 * The number depends on units: pictures as intensities in [0, 1] compare with papers.
 *
 * @throws GenError `data` for fewer than 2 rows, `shape` for rows of different widths, `range` for a width that is not
 *   above 0, `numeric` for NaN
 */
export async function parzen(
  { samples, validation, test }: ParzenSets,
  { sigmas, limit = 10_000, multiply, ...options }: ParzenOptions = {},
): Promise<Parzen> {
  const wrong = sigmas?.find((sigma) => !(sigma > 0));
  if (sigmas?.length === 0 || wrong !== undefined)
    throw new GenError("range", `parzen: expected widths > 0, got ${wrong ?? "none"}`);
  const from = options.key ?? keyOf(0);
  const need = (set: string, rows: number, child: number) =>
    ({ where: `parzen: ${set}`, least: 2, limit: rows, key: split(from, child) }) as const;
  const windows = await gather(samples, need("samples", limit, 0));
  const chosen = await gather(validation, need("validation", Math.min(limit, 1000), 1));
  const measured = await gather(test, need("test", limit, 2));
  checkWidths("parzen", windows, chosen);
  checkWidths("parzen", windows, measured);
  const best = async (among: readonly number[]): Promise<number> => {
    const densities = await logDensities(chosen, windows, { sigmas: among, multiply });
    const sums = densities.map((rows) => rows.reduce((sum, value) => sum + value, 0));
    return among[sums.indexOf(Math.max(...sums))]!;
  };
  const sigma = await best(sigmas ?? around(await best(WIDTHS)));
  const [densities] = await logDensities(measured, windows, { sigmas: [sigma], multiply });
  return { sigma, logLikelihood: bootstrapMean(densities!, { ...options, key: split(from, 3) }) };
}

const FACTOR = 20 ** (1 / 24);
const WIDTHS = Array.from({ length: 25 }, (_, i) => 0.05 * FACTOR ** i);

/** Widths up to the next of {@link WIDTHS}: in D dimensions a width wrong by the share ε costs D·ε² nats. */
const around = (sigma: number): number[] => Array.from({ length: 15 }, (_, i) => sigma * FACTOR ** ((i - 7) / 8));

/** log p(x) of each row x, for each σ. */
async function logDensities(
  x: Points,
  windows: Points,
  { sigmas, multiply }: { readonly sigmas: readonly number[]; readonly multiply: Multiply | undefined },
): Promise<Float64Array[]> {
  const out = sigmas.map(() => new Float64Array(x.n));
  const { n, dim } = windows;
  for await (const { start, rows, squared } of distances(x, windows, multiply)) {
    for (let i = 0; i < rows; i++) {
      const line = squared.subarray(i * n, (i + 1) * n);
      let least = Infinity;
      for (let j = 0; j < n; j++) least = Math.min(least, line[j]!);
      sigmas.forEach((sigma, s) => {
        const scale = -1 / (2 * sigma ** 2);
        let sum = 0;
        for (let j = 0; j < n; j++) sum += Math.exp((line[j]! - least) * scale);
        out[s]![start + i] = least * scale + Math.log(sum / n) - (dim / 2) * Math.log(2 * Math.PI * sigma ** 2);
      });
    }
  }
  return out;
}
