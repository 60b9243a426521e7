/** @file The normal distribution with full covariance, fitted in closed form on the host: what a density has to beat. */

/** Rows, one after the other in one array. */
export interface HostRows {
  readonly data: ArrayLike<number>;
  /** Numbers in a row. */
  readonly dim: number;
}

/**
 * The maximum of likelihood, N(x̄, S), in float64.
 *
 * @returns log N(x; x̄, S) of other rows, in nats
 */
export function fitGaussian({ data, dim }: HostRows): (rows: HostRows) => Float64Array {
  const n = data.length / dim;
  const mean = Float64Array.from({ length: dim }, (_, d) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += data[i * dim + d]!;
    return sum / n;
  });
  const covariance = Float64Array.from({ length: dim * dim }, (_, cell) => {
    const [a, b] = [Math.floor(cell / dim), cell % dim];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (data[i * dim + a]! - mean[a]!) * (data[i * dim + b]! - mean[b]!);
    return sum / n;
  });
  const lower = cholesky(covariance, dim);
  let constant = (dim / 2) * Math.log(2 * Math.PI);
  for (let d = 0; d < dim; d++) constant += Math.log(lower[d * (dim + 1)]!);
  return ({ data: rows }) =>
    Float64Array.from({ length: rows.length / dim }, (_, i) => {
      const white = new Float64Array(dim); //             L w = x − x̄
      let square = 0;
      for (let d = 0; d < dim; d++) {
        let rest = rows[i * dim + d]! - mean[d]!;
        for (let j = 0; j < d; j++) rest -= lower[d * dim + j]! * white[j]!;
        white[d] = rest / lower[d * (dim + 1)]!;
        square += white[d]! ** 2;
      }
      return -square / 2 - constant;
    });
}

/** L with L·Lᵀ = A and nothing above its diagonal. */
function cholesky(a: Float64Array, dim: number): Float64Array {
  const lower = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * dim + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * dim + k]! * lower[j * dim + k]!;
      lower[i * dim + j] = i === j ? Math.sqrt(rest) : rest / lower[j * (dim + 1)]!;
    }
  }
  return lower;
}
