/** @file What a flow of rows shows of itself: its density in the plane, and its columns and pairs of columns beside the data. */
import { inference, ndarray, type Dataset, type NdArray, type Program, type Rows } from "@gen/core";
import type { ColumnInfo } from "@gen/core/codec";
import { sample, type Flow } from "@gen/flow";
import { axisOf, pointMap, toOne, twoHistograms, type Axis } from "../plot/raster.js";
import type { Picture } from "../recipe.js";
import { withGaps } from "../sources/views.js";

/** Pixels along a side of a map and of a histogram; most rows that are drawn, most columns and columns in pairs. */
const [SIDE, SMALL, ROWS, COLUMNS, PAIRED] = [160, 96, 2000, 24, 4];

export interface TablePicturesOptions {
  /** Held-out rows, to draw beside what the flow makes. */
  readonly rows: Dataset;
  readonly columns: readonly ColumnInfo[];
}

export function tablePictures(flow: Flow, { rows, columns }: TablePicturesOptions): Record<string, Picture> {
  const n = Math.min(ROWS, rows.length);
  let program: Program | undefined;
  let held: Promise<Rows> | undefined;
  /** Data, and as many rows that the flow draws under the same conditions: values by column. */
  const pair = async ({
    runtime,
    store,
    from,
    key,
  }: Parameters<Picture["draw"]>[0]): Promise<[number[][], number[][]]> => {
    program ??= sample(flow, { n });
    held ??= Promise.resolve(withGaps(rows).rows(Array.from({ length: n }, (_, i) => i)));
    const { x, ...condition } = await held;
    const { samples } = await runtime.run(program, { store, from, key, feeds: condition });
    return [byColumn(x!), byColumn(samples!)];
  };
  const names = columns.map(({ name }) => name);
  const histograms: Picture = {
    title: "Columns",
    caption: `Held-out rows (filled) and ${n} drawn ones (line): ${names.slice(0, COLUMNS).join(", ")}.`,
    columns: Math.min(4, names.length),
    scale: 2,
    async draw(live) {
      const [data, drawn] = await pair(live);
      return pictures(
        data.slice(0, COLUMNS).map((values, i) => twoHistograms(values, drawn[i]!, SMALL)),
        3,
        SMALL,
      );
    },
  };
  const paired = names.slice(0, PAIRED).flatMap((_, i) => names.slice(0, i).map((_, j) => [j, i] as const));
  const pairs: Picture = {
    title: "Pairs of columns",
    caption: `Where rows fall, held-out ones above and drawn ones below: ${paired.map(([i, j]) => `${names[i]} and ${names[j]}`).join("; ")}.`,
    columns: Math.max(1, paired.length),
    scale: 2,
    async draw(live) {
      const [data, drawn] = await pair(live);
      const maps = [data, drawn].flatMap((values) =>
        paired.map(([i, j]) => pointMap(zip(values[i]!, values[j]!), [axisOf(data[i]!), axisOf(data[j]!)], SMALL / 2)),
      );
      return pictures(
        maps.map((map) => map.map(Math.sqrt)),
        1,
        SMALL / 2,
      );
    },
  };
  const isPlane = columns.length === 2 && columns.every(({ kind, gaps }) => kind !== "categorical" && gaps !== true);
  const plane = isPlane && flow.contextDim === 0 ? { density: density(flow, rows) } : {};
  return { ...plane, columns: histograms, ...(paired.length > 0 ? { pairs } : {}) };
}

/** The data beside the density that was learned, in the plane. */
function density(flow: Flow, rows: Dataset): Picture {
  const n = Math.min(5000, rows.length);
  const program = inference(flow, { x: [SIDE * SIDE, 2] }, ({ x }, scope) => ({ logProb: flow.logProb(x, scope) }));
  return {
    title: "Density",
    caption: "Where held-out rows fall, and the density that was learned; brighter is denser.",
    columns: 2,
    scale: 2,
    async draw({ runtime, store, from, key }) {
      const { x } = await rows.rows(Array.from({ length: n }, (_, i) => i));
      const [a, b] = byColumn(x!) as [number[], number[]];
      const axes = [axisOf(a), axisOf(b)] as const;
      const middle = ({ low, high }: Axis, i: number): number => low + ((i + 0.5) * (high - low)) / SIDE;
      const points = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
        const cell = i >> 1;
        return i % 2 === 0 ? middle(axes[0], cell % SIDE) : middle(axes[1], SIDE - 1 - Math.floor(cell / SIDE));
      });
      const feeds = { x: ndarray(points, [SIDE * SIDE, 2]) };
      const { logProb } = await runtime.run(program, { store, from, key, feeds });
      const learned = Float32Array.from(logProb!.data as Float32Array, (v) => (Number.isNaN(v) ? 0 : Math.exp(v)));
      return pictures([pointMap(zip(a, b), axes, SIDE), toOne(learned)], 1, SIDE);
    },
  };
}

function byColumn({ data, shape }: NdArray): number[][] {
  const [n, width] = shape as [number, number];
  return Array.from({ length: width }, (_, c) => Array.from({ length: n }, (_, i) => Number(data[i * width + c])));
}

function zip(a: readonly number[], b: readonly number[]): (readonly [number, number])[] {
  return a.map((v, i) => [v, b[i]!] as const);
}

function pictures(each: readonly Float32Array[], channels: number, side: number): NdArray {
  const all = new Float32Array(each.length * channels * side * side);
  each.forEach((picture, i) => all.set(picture, i * picture.length));
  return ndarray(all, [each.length, channels, side, side]);
}
