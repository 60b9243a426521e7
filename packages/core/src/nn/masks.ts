/** @file Masks that make a dense network or a convolution autoregressive: no output sees what comes after it. */
import { GenError } from "../error.js";
import { ndarray, type NdArray } from "../ndarray.js";

export interface MadeMaskOptions {
  /** D: how many numbers are modelled. */
  readonly inputs: number;
  /** Numbers by which the network sees each input: its first layer reads D of one kind, then D of the next. @default 1 */
  readonly views?: number;
  /** Width of each hidden layer. */
  readonly hidden: readonly number[];
  /** P: numbers that come out for each input, its parameters. @default 1 */
  readonly perInput?: number;
  /** Further inputs, after the D, which every output may see. @default 0 */
  readonly context?: number;
  /** The place of each input in the order of the chain rule: a permutation of 0 … D − 1. @default 0, 1, … */
  readonly order?: readonly number[];
}

/**
 * Masks [in, out] of each layer of a network whose output d depends on the inputs that come before d, and on no other:
 *
 *     M[i, j] = degree(j) ≥ degree(i)   between hidden units      M[i, d] = degree(d) > degree(i)   at the end
 *
 * Hidden degrees go round through 1 … D − 1 (and 0, when there is a context), so that each is met equally often. The
 * outputs are ordered by input: d·P … d·P + P − 1 belong to input d.
 *
 * @throws GenError `option` for an order that is no permutation
 * @see Germain, Gregor, Murray & Larochelle 2015, "MADE", eq. 12 and 13. arXiv:1502.03509
 */
export function madeMasks({ inputs, views = 1, hidden, perInput = 1, context = 0, order }: MadeMaskOptions): NdArray[] {
  const place = order ?? Array.from({ length: inputs }, (_, d) => d);
  if (place.length !== inputs || [...place].sort((a, b) => a - b).some((p, d) => p !== d)) {
    throw new GenError("option", `madeMasks: expected a permutation of 0 … ${inputs - 1}, got [${place.join(", ")}]`);
  }
  const ends = place.map((p) => p + 1);
  const least = context > 0 || inputs === 1 ? 0 : 1;
  const count = Math.max(inputs - least, 1);
  const degrees = hidden.map((width) => Array.from({ length: width }, (_, j) => least + (j % count)));
  const outputs = ends.flatMap((degree) => new Array<number>(perInput).fill(degree));
  const seen = new Array<number[]>(views).fill(ends).flat();
  const layers = [[...seen, ...new Array<number>(context).fill(0)], ...degrees, outputs];
  return layers.slice(1).map((to, i) => {
    const isLast = i === hidden.length;
    const from = layers[i]!;
    const mask = from.flatMap((a) => to.map((b) => Number(isLast ? b > a : b >= a)));
    return ndarray(mask, [from.length, to.length]);
  });
}

export interface PixelMaskOptions {
  /** Channels that come in and go out, and the kernel's extent [rows, columns], as of the convolution. */
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number | readonly [number, number];
  /** "A" hides a pixel's own value too (the first layer), "B" does not. */
  readonly type: "A" | "B";
  /** Colours, each of which sees those before it in the same pixel: the channels are cut into so many blocks. @default 1 */
  readonly colours?: number;
}

/**
 * A mask [outputs, inputs, rows, columns] of a convolution whose result sees only pixels before it in raster order:
 * rows above, and pixels to the left; at the centre, colours before its own (type A) or up to its own (type B).
 *
 * @throws GenError `option` for an even kernel, or channels that the colours do not divide
 * @see van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", §3.4. arXiv:1601.06759
 */
export function pixelMask({ inputs, outputs, kernel, type, colours = 1 }: PixelMaskOptions): NdArray {
  const [rows, columns] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  if (rows % 2 === 0 || columns % 2 === 0) {
    throw new GenError("option", `pixelMask: expected a kernel with a centre, of odd extents, got ${rows}×${columns}`);
  }
  if (inputs % colours !== 0 || outputs % colours !== 0) {
    throw new GenError(
      "option",
      `pixelMask: expected channels that ${colours} colours divide, got ${inputs} and ${outputs}`,
    );
  }
  const [middle, centre] = [(rows - 1) / 2, (columns - 1) / 2];
  const isSeen = (from: number, to: number, row: number, column: number): boolean => {
    if (row !== middle) return row < middle;
    if (column !== centre) return column < centre;
    return type === "A" ? from < to : from <= to;
  };
  const mask: number[] = [];
  for (let o = 0; o < outputs; o++) {
    for (let c = 0; c < inputs; c++) {
      const [from, to] = [Math.floor((c * colours) / inputs), Math.floor((o * colours) / outputs)];
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) mask.push(Number(isSeen(from, to, row, column)));
      }
    }
  }
  return ndarray(mask, [outputs, inputs, rows, columns]);
}
