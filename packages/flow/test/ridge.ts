/** @file What flows are tried on. */
import { arrays, key, ndarray, normalDraws, type Dataset } from "@gen/core";

/** A bent ridge: x₀ ~ N(0, 1), each next one near the square of the one before. With context, shifted by it. */
export function ridge(n: number, { dim, contextDim }: { readonly dim: number; readonly contextDim: number }): Dataset {
  const [u, c] = [normalDraws(key(1), n * dim), normalDraws(key(2), n * contextDim)];
  const x = new Float32Array(n * dim);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < dim; k++) {
      const at = i * dim + k;
      x[at] = k === 0 ? u[at]! : 0.5 * x[at - 1]! ** 2 - 0.5 + 0.3 * u[at]!;
      if (contextDim > 0) x[at] += 2 * c[i * contextDim]!;
    }
  }
  const context = contextDim === 0 ? {} : { context: ndarray(Float32Array.from(c), [n, contextDim]) };
  return arrays({ x: ndarray(x, [n, dim]), ...context });
}
