/**
 * @file The score of Salimans et al. 2016, arXiv:1606.03498, §4, over any classifier: the classes of samples should be plain to
 * see, and all classes should be there.
 */
import { bootstrap, type BootstrapOptions, type Estimate } from "./estimate.js";
import { pointsOf } from "./points.js";
import type { Source } from "./source.js";

/** Groups of rows that resamples draw from. */
const GROUPS = 200;

/**
 *     exp(E_x KL(p(y|x) ‖ p(y))),  p(y) = E_x p(y|x)
 *
 * Between 1 and the number of classes. It never looks at the data: a model that draws one perfect picture of each class
 * scores best. It is an Inception score only with Inception v3 as the classifier; values of different classifiers do not
 * compare.
 *
 * @param logits [N, classes], as an extractor gives them
 * @throws GenError `data` for fewer than 2 rows, `numeric` for NaN
 */
export async function inceptionScore(logits: Source, options: BootstrapOptions = {}): Promise<Estimate> {
  // Group g: Σ p(y|x), [classes], then Σ_x Σ_y p log p. The score follows from sums: KL is Σ p log p − Σ p log p(y).
  const sums: Float64Array[] = [];
  let count = 0;
  for await (const { n, dim, data } of pointsOf(logits, { where: "inceptionScore", least: 2 })) {
    for (let i = 0; i < n; i++, count++) {
      const group = (sums[count % GROUPS] ??= new Float64Array(dim + 2));
      const p = softmax(data.subarray(i * dim, (i + 1) * dim));
      for (let c = 0; c < dim; c++) {
        group[c]! += p[c]!;
        if (p[c]! > 0) group[dim]! += p[c]! * Math.log(p[c]!);
      }
      group[dim + 1]!++;
    }
  }
  const dim = sums[0]!.length - 2;
  return bootstrap(
    [sums.length],
    (times) => {
      const total = new Float64Array(dim + 2);
      sums.forEach((group, g) => {
        for (let c = 0; c < dim + 2; c++) total[c]! += times[g]! * group[c]!;
      });
      const n = total[dim + 1]!;
      let mean = total[dim]! / n;
      for (let c = 0; c < dim; c++) if (total[c]! > 0) mean -= (total[c]! / n) * Math.log(total[c]! / n);
      return Math.exp(mean);
    },
    options,
  );
}

function softmax(logits: ArrayLike<number>): Float64Array {
  let top = -Infinity;
  for (let c = 0; c < logits.length; c++) top = Math.max(top, logits[c]!);
  const p = Float64Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((value) => value / sum);
}
