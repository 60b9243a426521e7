/** @file What a side reads: sizes, starting weights and rows, from the bytes of three files. */

/** What a side reads. */
export interface Fixture<S = unknown> {
  /** `sizes` of the work. */
  readonly sizes: S;
  /** Rows in the order in which batches take them. */
  readonly rows: {
    readonly shape: readonly number[];
    readonly dtype: "f32" | "i32";
    readonly data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  };
  readonly params: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }>;
}

/** `manifest.json`. */
export interface Manifest {
  readonly sizes: object;
  readonly rows: { readonly shape: readonly number[]; readonly dtype: "f32" | "i32" };
  readonly params: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Of Adam, the same in every work. */
  readonly adam: typeof adamOptions;
}

export const adamOptions = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** @param params and rows: the bytes of `params.f32` and `rows.bin` */
export function parsed<S>(
  manifest: string,
  { params: weights, rows: data }: Record<"params" | "rows", ArrayBuffer>,
): Fixture<S> {
  const { sizes, rows, params } = JSON.parse(manifest) as Manifest;
  const all = new Float32Array(weights);
  let offset = 0;
  const named = params.map(({ name, shape }) => {
    const size = product(shape);
    offset += size;
    return [name, { shape, data: all.slice(offset - size, offset) }] as const;
  });
  const values = rows.dtype === "i32" ? new Int32Array(data) : new Float32Array(data);
  return { sizes: sizes as S, rows: { ...rows, data: values }, params: new Map(named) };
}

export function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
