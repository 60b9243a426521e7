/**
 * A character LSTM (Hochreiter & Schmidhuber 1997; as a generator: Graves 2013, arXiv:1308.0850). A text is as probable
 * as its letters one after the other,  p(x) = Π_t p(x_t | x_1 … x_{t−1}).  It learns the names of typefaces, then invents some.
 */
import { adam, arrays, batches, categorical, Embedding, evaluate, fit, inference, key, keyFromSeed, Linear, Lstm, ndarray, scalar, scan, splitKey, trainStep, type Dataset, type Tensor } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { glyphs } from "@gen/data/node";

const END = "\n"; // begins a name, too
const alphabet = `${END}abcdefghijklmnopqrstuvwxyz 0123456789-`;
const length = 24;

/** Each family's name once, small letters, as i32 [T]: END after it up to the length. */
function names(split: "train" | "test"): Dataset {
  const families = [...new Set(glyphs({ split }).faces.map(({ family }) => family.toLowerCase()))];
  const rows = families.map((name) => Array.from(name.slice(0, length - 1).padEnd(length, END), (c) => alphabet.indexOf(c)));
  return arrays({ text: ndarray(rows.flat(), [rows.length, length], "i32") });
}

class Speller {
  readonly embedding = new Embedding({ count: alphabet.length, features: 16 });
  readonly lstm = new Lstm({ inputs: 16, hidden: 96, forgetBias: 1 });
  readonly head = new Linear({ inputs: 96, outputs: alphabet.length });

  /** Nats of each text, and how many letters it has, its END among them. @param text [N, T] i32 */
  nats(text: Tensor): { nats: Tensor; letters: Tensor } {
    const before = text.slice(1, 0, -1).pad([0, 1], [0, 0]); // the END that begins a name, then all but the last
    const logits = this.head.forward(this.lstm.forward(this.embedding.forward(before))); // [N, T, K]
    const counts = before.greater(0).or(text.greater(0)).cast("f32"); //     [N, T]: up to the first END
    return { nats: categorical({ logits }).logProb(text).mul(counts).sum(1).neg(), letters: counts.sum(1) };
  }

  /** n new texts, one letter after the other. @returns [n, T] i32 */
  write(n: number, seed: Tensor): Tensor {
    const start = [scalar(0, "i32").expand([n]), ...this.lstm.initialCarry(n), scalar(0n, "u64")];
    const { ys } = scan({ carry: start, length }, ([letter, h, c, t]) => {
      const { y, carry } = this.lstm.step(this.embedding.forward(letter!), [h!, c!]);
      const next = categorical({ logits: this.head.forward(y) }).sample(splitKey(keyFromSeed(seed.cast("u64")), t!));
      return { carry: [next, ...carry, t!.add(scalar(1n, "u64"))], ys: [next] };
    });
    return ys[0]!.transpose();
  }
}

const speller = new Speller();
const size = 32;
const step = trainStep({
  model: speller,
  batch: { text: { shape: [size, length], dtype: "i32" } },
  loss: ({ text }) => {
    const { nats, letters } = speller.nats(text);
    return nats.sum().div(letters.sum()); // nats per letter
  },
  optimizer: adam({ learningRate: 5e-3 }),
});

await using runtime = await node();
const store = await runtime.init(speller, { key: key(0) });
const data = batches(names("train"), { size, key: key(1) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 150 })) {
  if (n % 30 === 0) console.log(`step ${n}: ${loss.toFixed(3)} nats per letter`);
}

const held = inference(speller, { text: { shape: [size, length], dtype: "i32" } }, ({ text }) => speller.nats(text));
const { nats, letters } = await evaluate(held, names("test"), { runtime, store });
console.log(`unseen names: ${(nats!.mean / letters!.mean).toFixed(3)} nats per letter (any letter: ${Math.log(alphabet.length).toFixed(3)})`);

const integer = { shape: [], dtype: "i64" } as const;
const sampler = (n: number) => inference(speller, { seed: integer, n: integer }, ({ seed }) => ({ samples: speller.write(n, seed) }));
const inputs = (n: number) => ({ seed: ndarray([5n], [], "i64"), n: ndarray([BigInt(n)], [], "i64") });
const { samples } = await runtime.run(sampler(10), { store, feeds: inputs(10) });
const written = Array.from(samples!.data, (c) => alphabet[Number(c)]!).join("");
console.log(Array.from({ length: 10 }, (_, i) => written.slice(i * length, (i + 1) * length).split(END)[0]).join(", "));

await exportFolder("typeface-names", { family: "autoregressive", name: "typeface-names", files: {
  sampler: { purpose: "new names", trace: ({ n }) => sampler(n!), symbols: { n: { from: "input", name: "n" } }, describe: { seed: "any", n: "how many", samples: `places in ${JSON.stringify(alphabet)}; a name ends at the first 0` }, example: ({ n }) => inputs(n!) },
} }, { runtime, store });
