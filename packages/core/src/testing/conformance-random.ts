/** @file Random small graphs, for laws about whole graphs: a simplification, a lowering or a runtime keeps their values. */
import type { Graph } from "../ir/graph.js";
import type { NdArray } from "../ndarray.js";
import { key } from "../rng/key.js";
import { Squares } from "../rng/squares.js";
import { broadcastShapes, sameShape, sizeOf, type Shape } from "../shape.js";
import { callGraph, graphOf, scan, withGradient } from "../tensor/control.js";
import { slot } from "../tensor/inputs.js";
import { concat, constant, full, iota, scalar, type Tensor } from "../tensor/tensor.js";
import { i32, primitiveCase, spread } from "./primitive-cases-build.js";

/** Draws from a list, or whole numbers below a bound. */
interface Dice {
  below(count: number): number;
  of<T>(list: readonly T[]): T;
}

function dice(seed: number): Dice {
  const bits = new Squares(key(seed));
  let drawn = 0;
  const below = (count: number): number => Math.floor((bits.draw32(drawn++) / 2 ** 32) * count);
  return { below, of: (list) => list[below(list.length)]! };
}

/** A step grows the pool of tensors by one, from those in it; nothing where what it drew does not fit. */
type Step = (pick: (accept?: (t: Tensor) => boolean) => Tensor, at: Dice) => Tensor | undefined;

const isReal = (t: Tensor): boolean => t.dtype === "f32";
const isWhole = (t: Tensor): boolean => t.dtype === "i32";
const NUMBERS = [0, 1, -1, 2, 0.5, -0.3, 3.7];

function broadcasts(a: Shape, b: Shape): boolean {
  try {
    return sizeOf(broadcastShapes(a, b, "")) <= 100;
  } catch {
    return false;
  }
}

const steps: readonly Step[] = [
  (pick, at) => {
    const x = pick(isReal);
    return at.of([
      () => x.neg(),
      () => x.tanh(),
      () => x.sin(),
      () => x.abs(),
      () => x.relu(),
      () => x.sigmoid(),
      () => x.stopGradient(),
    ])();
  },
  (pick) => pick(isReal).neg(),
  (pick, at) => {
    const a = pick(isReal);
    const b = pick((t) => isReal(t) && broadcasts(t.shape, a.shape));
    return at.of([
      () => a.add(b),
      () => a.sub(b),
      () => a.mul(b),
      () => a.maximum(b),
      () => a.less(b).where(a, b),
      () => a.sub(b.neg()),
    ])();
  },
  (pick, at) => {
    const [x, c] = [pick(isReal), at.of(NUMBERS)];
    return at.of([
      () => x.add(c),
      () => x.sub(c),
      () => x.mul(c),
      () => scalar(c).mul(x),
      () => scalar(c).add(x),
      () => x.div(c === 0 ? 1 : c),
      () => x.pow(2),
      () => x.pow(1),
    ])();
  },
  (_, at) => full(at.of([[], [3], [2, 3], [2, 1]]), at.of(NUMBERS)),
  (pick, at) => {
    const x = pick((t) => isReal(t) && t.rank > 0);
    const axis = at.below(x.rank);
    return at.of([
      () => x.sum(axis, { keepDims: true }),
      () => x.max(axis),
      () => x.cumSum(axis),
      () => x.mean(axis),
    ])();
  },
  (pick, at) => {
    const x = pick(isReal);
    return at.of([
      () => x.reshape([-1]),
      () => x.reshape([1, ...x.shape]),
      () => x.reshape([...x.shape, 1]),
      () => x.reshape([-1, 1]).transpose(),
    ])();
  },
  (pick, at) => {
    const x = pick((t) => isReal(t) && t.rank > 1);
    const order = x.shape.map((_, i) => i).sort(() => at.below(3) - 1);
    return x.transpose(order);
  },
  (pick, at) => {
    const x = pick((t) => isReal(t) && t.size < 40);
    return x.expand(at.of([[2, ...x.shape], x.shape.map((n) => (n === 1 ? 3 : n))]));
  },
  (pick, at) => {
    const x = pick((t) => isReal(t) && t.rank > 0);
    const axis = at.below(x.rank);
    const start = at.below(x.shape[axis]!);
    return x.slice(axis, start, { step: 1 + at.below(2) });
  },
  (pick, at) => {
    const x = pick((t) => isReal(t) && t.rank > 0 && t.size < 40);
    const axis = at.below(x.rank);
    const both = concat([x, x.neg()], axis);
    return at.of([
      both,
      both.slice(axis, x.shape[axis]!),
      x.pad(
        x.shape.map(() => at.below(2)),
        x.shape.map(() => 0),
        1.5,
      ),
    ]);
  },
  (pick, at) => {
    const x = pick(isReal);
    const n = x.mul(3).cast("i32");
    return at.of([
      n,
      n.cast("i64").cast("i32"),
      x.cast("f64").cast("f32"),
      n.neg().neg().mul(1).add(0),
      n.equal(2).not().not().cast("f32"),
    ]);
  },
  (pick) => {
    const n = pick(isWhole);
    const m = pick((t) => isWhole(t) && broadcasts(t.shape, n.shape));
    return n.mul(m).sub(iota(1, "i32")).cast("f32").sin();
  },
  (pick, at) => {
    const x = pick((t) => isReal(t) && t.rank > 0 && t.shape[0]! > 0);
    const c = pick((t) => isReal(t) && t.size < 20);
    const { carry, ys } = scan(
      { carry: [c, full([2], 1)], xs: [x, full([x.shape[0]!, 2], at.of([0, 1]))], reverse: at.below(2) === 0 },
      ([h, k], [row, z]) => ({
        carry: [h!.mul(0.5).add(row!.sum()).add(z!.sum()), k!.add(1)],
        ys: [h!.sin(), k!.mul(2)],
      }),
    );
    return at.of([...carry, ...ys]);
  },
  (pick, at) => {
    const x = pick(isReal);
    const a = slot(x);
    const both = callGraph(graphOf([a], [a.neg().neg().sin(), a.mul(2).mul(3)]), [x]);
    return at.of([
      ...both,
      withGradient(
        [x],
        ([v]) => v!.mul(1).tanh(),
        ([,], y, g) => [g.mul(y)],
      ),
    ]);
  },
  (_, at) =>
    constant(at.of([spread([3], [-1, 1], at.below(9)), spread([2, 3], [-1, 1], at.below(9)), i32([1, -2, 3])])),
];

/** A graph of about `size` operations on f32 and i32, with scans and calls among them; the same for the same seed. */
export function randomCase(
  seed: number,
  size = 20,
): { readonly name: string; readonly graph: Graph; readonly inputs: Readonly<Record<string, NdArray>> } {
  const at = dice(seed);
  const inputs = { x: spread([2, 3], [-2, 2], seed), y: spread([3], [-1, 1], seed + 1), n: i32([2, -1, 3]) };
  return primitiveCase(`random graph ${seed}`, inputs, ({ x, y, n }) => {
    const pool: Tensor[] = [x, y, n];
    for (let i = 0; i < size; i++) {
      const made = at.of(steps)((accept = () => true) => at.of(pool.filter(accept)), at);
      if (made !== undefined && made.size <= 100 && made.rank < 5 && (isReal(made) || isWhole(made))) pool.push(made);
    }
    const last = pool.slice(-3);
    return sameShape(last[0]!.shape, x.shape) ? [...last, x.add(last[0]!.cast("f32"))] : last;
  });
}
