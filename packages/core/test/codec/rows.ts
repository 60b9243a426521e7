/** What the tests of codecs share: a table with a column of each kind, and programs that encode and decode. */
import {
  arrays,
  inference,
  key,
  ndarray,
  uniformDraws,
  type Dataset,
  type NdArray,
  type Program,
  type Tensor,
} from "../../src/index.js";
import type { Codec, ColumnInfo, EncodeOptions } from "../../src/codec.js";

export const COLUMNS: readonly ColumnInfo[] = [
  { name: "weight", kind: "real", rounding: 0, unit: "kg" },
  { name: "price", kind: "real" },
  { name: "rooms", kind: "integer", gaps: true },
  { name: "colour", kind: "categorical", categories: ["red", "green", "blue"] },
  { name: "planet", kind: "categorical", categories: ["earth"] },
  { name: "height", kind: "real", rounding: 0, gaps: true },
  { name: "grade", kind: "categorical", categories: ["a", "b"], gaps: true },
  { name: "population", kind: "integer" },
];
export const WIDTH = COLUMNS.length;

/** n rows of such a table. `mask` is 0 in about a fifth of the places that may be missing. */
export function table(n: number, seed = 1): { readonly data: Dataset; readonly x: NdArray; readonly mask: NdArray } {
  const u = uniformDraws(key(seed), n * WIDTH * 2, "f64");
  const x = new Float32Array(n * WIDTH);
  const mask = new Uint8Array(n * WIDTH).fill(1);
  for (let i = 0; i < n; i++) {
    const at = (column: number): number => u[(i * WIDTH + column) * 2]!;
    const values = [
      70 + 30 * (at(0) - 0.5),
      Math.round(at(1) * 20_000) / 100,
      Math.floor(at(2) * 9) - 2,
      Math.floor(at(3) * 3),
      0,
      -1e-3 * Math.log(at(5)),
      Math.floor(at(6) * 2),
      Math.floor(40_000 * at(7) ** 3),
    ];
    values.forEach((value, column) => {
      const isGap = COLUMNS[column]!.gaps === true && u[(i * WIDTH + column) * 2 + 1]! < 0.2;
      x[i * WIDTH + column] = isGap ? 0 : value;
      if (isGap) mask[i * WIDTH + column] = 0;
    });
  }
  const fields = { x: ndarray(x, [n, WIDTH]), mask: ndarray(mask, [n, WIDTH], "u8") };
  return { data: arrays(fields), ...fields };
}

/** encode, then decode: outputs y, logDet, mask where there is one, and back. */
export function thereAndBack(
  codec: Codec,
  x: NdArray,
  options: { readonly mask?: NdArray; readonly dequantise?: EncodeOptions["dequantise"] } = {},
): Program {
  const { mask, dequantise = "draw" } = options;
  const fields = {
    x: { shape: x.shape, dtype: x.dtype },
    ...(mask === undefined ? {} : { mask: { shape: mask.shape, dtype: mask.dtype } }),
  };
  return inference({ codec }, fields, (batch: Readonly<Record<string, Tensor>>, scope) => {
    const encoded = codec.encode(batch["x"]!, scope, { mask: batch["mask"], dequantise });
    const { mask: known } = encoded;
    return {
      y: encoded.y,
      logDet: encoded.logDet,
      back: codec.decode(encoded.y),
      ...(known === undefined ? {} : { mask: known }),
    };
  });
}
