import { describe, expect, it } from "vitest";
import { Squares, squares32, squares64 } from "../../src/rng/squares.js";

const KEY = 0xc8e4fd154ce32f6dn;
const OTHER = 0x548c9decbce65297n;

/** From the C code of the paper, compiled: counter; squares32 and squares64 under KEY; the same under OTHER. */
const KNOWN: [bigint, number, bigint, number, bigint][] = [
  [0x0n, 0x800c823e, 0x800c823ecc9b9607n, 0x36d88366, 0x36d88366cee633a5n],
  [0x1n, 0x5f4f366d, 0x5f4f366db727a9f6n, 0x944716e0, 0x944716e00e60dfaan],
  [0x2n, 0xeee77e31, 0xeee77e310b90add2n, 0xc8a8f4e0, 0xc8a8f4e0678654bfn],
  [0x3039n, 0x72975e69, 0x72975e69ca0f9fa0n, 0xe7f73f3d, 0xe7f73f3d3c9e7b05n],
  [0xffffffffn, 0xbd8764c5, 0xbd8764c5420d954en, 0x5f169b06, 0x5f169b0634481af7n],
  [0x100000000n, 0xed6dae2c, 0xed6dae2c73b96baen, 0x122e80b3, 0x122e80b3c281abbfn],
  [0x9e3779b97f4a7c15n, 0x1cac3622, 0x1cac362232e22ac6n, 0x384df3e5, 0x384df3e54e81e7den],
  [0xffffffffffffffffn, 0xa3c3ef54, 0xa3c3ef54c9d27cffn, 0x434506a4, 0x434506a445777020n],
];

/** Counters over all 64 bits, with both halves at their extremes among them. */
function* counters(count: number): Generator<bigint> {
  const edges = [0n, 1n, 0xffffn, 0x10000n, 0x7fffffffn, 0x80000000n, 0xffffffffn];
  for (const high of edges) for (const low of edges) yield (high << 32n) | low;
  for (let i = 0n; i < count; i++) yield i % 2n === 0n ? i : BigInt.asUintN(64, i * 0x9e3779b97f4a7c15n);
}

describe("squares", () => {
  it("gives what the paper's code gives", () => {
    for (const [counter, a32, a64, b32, b64] of KNOWN) {
      expect([squares32(counter, KEY), squares64(counter, KEY)]).toEqual([a32, a64]);
      expect([squares32(counter, OTHER), squares64(counter, OTHER)]).toEqual([b32, b64]);
    }
  });

  it("is the same without BigInt, bit for bit", () => {
    for (const key of [KEY, OTHER, 1n, 2n ** 64n - 1n, 2n ** 32n + 1n]) {
      const squares = new Squares(key);
      let different = 0;
      for (const counter of counters(10_000)) {
        const [low, high] = [Number(counter & 0xffffffffn), Number(counter >> 32n)];
        if (squares.draw32(low, high) !== squares32(counter, key)) different++;
        if (squares.draw64(counter) !== squares64(counter, key)) different++;
        if (squares.draw64(counter, "sum") !== squares64(counter, key, "sum")) different++;
      }
      expect(different).toBe(0);
    }
  });

  it("fills blocks with what the paper's code gives", () => {
    const words = new Uint32Array(1_000_000);
    new Squares(KEY).fill32(words);
    let hash = 0; // the same polynomial was evaluated in C
    for (const word of words) hash = (Math.imul(hash, 31) + word) >>> 0;
    expect(hash).toBe(0xc38a2d11);
  });

  it("fills from any counter", () => {
    const words = new Uint32Array(3);
    new Squares(KEY).fill32(words, 2 ** 32 - 3);
    expect([...words]).toEqual([2n ** 32n - 3n, 2n ** 32n - 2n, 2n ** 32n - 1n].map((i) => squares32(i, KEY)));
  });

  it("folds by addition where bits cannot be combined", () => {
    for (const counter of counters(100)) {
      const [xor, sum] = [squares64(counter, KEY), squares64(counter, KEY, "sum")];
      const t = (BigInt(squares32(counter, KEY)) << 32n) | 0n;
      expect((xor >> 32n) << 32n).toBe(t);
      // The sum may carry into the high half, by one.
      expect([0n, 1n]).toContain(BigInt.asUintN(64, (sum >> 32n) - (t >> 32n)) & 0xffffffffn);
    }
  });
});
