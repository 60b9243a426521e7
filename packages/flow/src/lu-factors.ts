/** @file Matrices on the host, row-major in float64: a random rotation, and the LU factors that a linear map starts from. */

/** An orthogonal matrix from any of full rank, by Gram and Schmidt on its rows, twice for accuracy. */
export function orthogonalOf(matrix: Float64Array, n: number): Float64Array {
  const q = matrix.slice();
  const row = (i: number): Float64Array => q.subarray(i * n, (i + 1) * n);
  for (let i = 0; i < n; i++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const along = row(i).reduce((sum, v, k) => sum + v * row(j)[k]!, 0);
        row(i).forEach((v, k) => (row(i)[k] = v - along * row(j)[k]!));
      }
    }
    const length = Math.hypot(...row(i));
    row(i).forEach((v, k) => (row(i)[k] = v / length));
  }
  return q;
}

export interface LuFactors {
  /** P: the rows in the order of elimination, so that W = P·L·(U + diag(signs · e^logScale)). */
  readonly permutation: number[];
  /** L without its diagonal of ones. */
  readonly lower: number[];
  /** U without its diagonal. */
  readonly upper: number[];
  readonly signs: number[];
  readonly logScale: number[];
}

/** The factors of a matrix, by elimination with row pivots; of the identity without one. */
export function luOf(matrix: Float64Array | undefined, n: number): LuFactors {
  const w = Float64Array.from({ length: n * n }, (_, i) => matrix?.[i] ?? Number(i % (n + 1) === 0));
  const order = Array.from({ length: n }, (_, i) => i);
  const at = (i: number, j: number): number => order[i]! * n + j;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(w[at(i, k)]!) > Math.abs(w[at(pivot, k)]!)) pivot = i;
    [order[k], order[pivot]] = [order[pivot]!, order[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = w[at(i, k)]! / w[at(k, k)]!;
      w[at(i, k)] = factor;
      for (let j = k + 1; j < n; j++) w[at(i, j)]! -= factor * w[at(k, j)]!;
    }
  }
  const cells = Array.from({ length: n * n }, (_, i) => ({ row: Math.floor(i / n), column: i % n }));
  const diagonal = order.map((_, i) => w[at(i, i)]!);
  return {
    permutation: cells.map(({ row, column }) => Number(order[column] === row)),
    lower: cells.map(({ row, column }) => (column < row ? w[at(row, column)]! : 0)),
    upper: cells.map(({ row, column }) => (column > row ? w[at(row, column)]! : 0)),
    signs: diagonal.map(Math.sign),
    logScale: diagonal.map((d) => Math.log(Math.abs(d))),
  };
}
