/**
 * @file Precision, recall, density and coverage: two sets of points compared by the balls that reach from each point to its
 * k-th neighbour.
 */
import { GenError, key as keyOf, split, type Key } from "@gen/core";
import { bootstrapMean, type BootstrapOptions, type Estimate } from "./estimate.js";
import { distances, neighbours } from "./pairs.js";
import { checkWidths, gather, tooFew, type Points } from "./points.js";
import type { Multiply } from "./products.js";
import type { Source } from "./source.js";

export interface ManifoldOptions extends BootstrapOptions {
  /** Neighbours that a ball of precision and recall reaches to. @default 3 */
  readonly k?: number;
  /** Neighbours that a ball of density and coverage reaches to. @default 5 */
  readonly densityK?: number;
  /** Rows of either set that are kept, a random sample of a longer one: time grows with its square. @default 10_000 */
  readonly limit?: number;
  /** @default plain loops */
  readonly multiply?: Multiply;
}

export interface Manifold {
  /** Share of the samples that lie where the data do: how real they are. */
  readonly precision: Estimate;
  /** Share of the data that lie where the samples do: how much of the data there is. */
  readonly recall: Estimate;
  /** In how many balls of the data a sample lies, over k: like precision, but above 1 where samples crowd. */
  readonly density: Estimate;
  /** Share of the data that have a sample in their ball. */
  readonly coverage: Estimate;
}

/**
 * With B(x) the ball about x that reaches to its k-th neighbour in its own set:
 *
 *     precision = 1/m Σ_j [y_j ∈ ∪_i B(x_i)]          recall   = 1/n Σ_i [x_i ∈ ∪_j B(y_j)]
 *     density   = 1/(k·m) Σ_j Σ_i [y_j ∈ B(x_i)]      coverage = 1/n Σ_i [∃j: y_j ∈ B(x_i)]
 *
 * All depend on n, m and the features; none is 1 for two draws of one distribution. Compare values at the same n, and
 * beside real against real. The intervals resample rows and leave the balls as they are.
 *
 * @param real rows x [N, …] of the data, as features
 * @param generated rows y [M, …] of the samples, through the same extractor
 * @throws GenError `data` for too few rows, `shape` for rows of different widths, `range` for k below 1, `numeric` for NaN
 * @see Kynkäänniemi et al. 2019, arXiv:1904.06991, eq. 1 and 2; Naeem et al. 2020, arXiv:2002.09797, eq. 3 and 4
 */
export async function manifold(
  real: Source,
  generated: Source,
  { k = 3, densityK = 5, limit = 10_000, multiply, ...options }: ManifoldOptions = {},
): Promise<Manifold> {
  for (const count of [k, densityK]) {
    if (!(Number.isInteger(count) && count >= 1))
      throw new GenError("range", `manifold: expected whole numbers k ≥ 1, got ${count}`);
  }
  const most = Math.max(k, densityK);
  if (limit <= most) throw tooFew("manifold: limit", most + 1, limit);
  const from: Key = options.key ?? keyOf(0);
  const need = { least: most + 1, limit };
  const x = await gather(real, { ...need, where: "manifold: real", key: split(from, 0) });
  const y = await gather(generated, { ...need, where: "manifold: generated", key: split(from, 1) });
  checkWidths("manifold", x, y);
  const flags = await compare(x, y, { k, densityK, multiply });
  const estimate = (values: ArrayLike<number>): Estimate => bootstrapMean(values, { ...options, key: split(from, 2) });
  return {
    precision: estimate(flags.precision),
    recall: estimate(flags.recall),
    density: estimate(flags.density),
    coverage: estimate(flags.coverage),
  };
}

interface Flags {
  readonly precision: Uint8Array; // [M]
  readonly recall: Uint8Array; //    [N]
  readonly density: Float64Array; // [M]
  readonly coverage: Uint8Array; //  [N]
}

async function compare(
  x: Points,
  y: Points,
  { k, densityK, multiply }: { readonly k: number; readonly densityK: number; readonly multiply: Multiply | undefined },
): Promise<Flags> {
  const most = Math.max(k, densityK);
  const ofX = await neighbours(x, { k: most, multiply });
  const ofY = await neighbours(y, { k: most, multiply });
  const radii = (squared: Float64Array, nth: number): Float64Array =>
    Float64Array.from({ length: squared.length / most }, (_, i) => squared[i * most + nth - 1]!);
  const [near, wide] = [radii(ofX.squared, k), radii(ofX.squared, densityK)];
  const nearY = radii(ofY.squared, k);
  const precision = new Uint8Array(y.n);
  const recall = new Uint8Array(x.n);
  const density = new Float64Array(y.n);
  const coverage = new Uint8Array(x.n);
  for await (const { start, rows, squared } of distances(y, x, multiply)) {
    for (let j = 0, at = 0; j < rows; j++) {
      const row = start + j;
      const reach = nearY[row]!;
      let count = 0;
      for (let i = 0; i < x.n; i++, at++) {
        const d = squared[at]!;
        if (d <= near[i]!) precision[row] = 1;
        if (d <= reach) recall[i] = 1;
        if (d > wide[i]!) continue;
        count++;
        coverage[i] = 1;
      }
      density[row] = count / densityK;
    }
  }
  return { precision, recall, density, coverage };
}
