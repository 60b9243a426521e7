/**
 * A character LSTM (Hochreiter & Schmidhuber 1997; as a generator: Graves 2013, arXiv:1308.0850). A text is as probable as its
 * letters one after the other,  p(x) = Π_t p(x_t | x_1 … x_{t−1}).  It learns the names of typefaces, then invents some.
 */
import { arrays, batches, evaluate, fit, inference, key, ndarray, samplerFile, trainStep } from "@gen/core";
import { scalar, scan, splitKey, type Dataset, type Tensor } from "@gen/core";
import { Embedding, Linear, Lstm } from "@gen/core/nn";
import { exportFolder, node } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { categorical } from "@gen/core/prob";
import { glyphs } from "@gen/data/node";

const [END, length] = ["\n", 24]; // END begins a name, too
const alphabet = `${END}abcdefghijklmnopqrstuvwxyz 0123456789-`;
/** Each family's name once, small letters, as i32 [T]: END after it up to the length. */
function names(split: "train" | "test"): Dataset {
  const families = [...new Set(glyphs({ split }).faces.map(({ family }) => family.toLowerCase()))];
  const text = families.map((name) => name.slice(0, length - 1).padEnd(length, END)).join("");
  const letters = Array.from(text, (c) => alphabet.indexOf(c));
  return arrays({ text: ndarray(letters, [families.length, length], "i32") });
}

class Speller {
  readonly embedding = new Embedding({ count: alphabet.length, features: 16 });
  readonly lstm = new Lstm({ inputs: 16, hidden: 64, forgetBias: 1 });
  readonly head = new Linear({ inputs: 64, outputs: alphabet.length });

  /** Nats of each text, and how many letters it has, its END among them. @param text [N, T] i32 */
  nats(text: Tensor): { nats: Tensor; letters: Tensor } {
    const before = text.slice(1, 0, -1).pad([0, 1], [0, 0]); // the END that begins a name, then all but the last
    const logits = this.head.forward(this.lstm.forward(this.embedding.forward(before))); // [N, T, K]
    const counts = before.greater(0).or(text.greater(0)).cast("f32"); //     [N, T]: up to the first END
    return { nats: categorical({ logits }).logProb(text).mul(counts).sum(1).neg(), letters: counts.sum(1) };
  }

  /** n new texts, letter by letter. @returns [n, T] i32 */
  write(n: number, key: Tensor): Tensor {
    const carry = [scalar(0, "i32").expand([n]), ...this.lstm.initialCarry(n), scalar(0n, "u64")];
    const { ys } = scan({ carry, length }, ([letter, h, c, t]) => {
      const { y, carry } = this.lstm.step(this.embedding.forward(letter!), [h!, c!]);
      const next = categorical({ logits: this.head.forward(y) }).sample(splitKey(key, t!));
      return { carry: [next, ...carry, t!.add(scalar(1n, "u64"))], ys: [next] };
    });
    return ys[0]!.transpose();
  }
}

const speller = new Speller();
const batch = { text: { shape: [32, length], dtype: "i32" } } as const;
const step = trainStep({
  model: speller,
  batch,
  loss({ text }) {
    const { nats, letters } = speller.nats(text);
    return nats.sum().div(letters.sum()); // nats per letter
  },
  optimizer: adam({ learningRate: 5e-3 }),
});

await using runtime = await node();
const store = await runtime.init(speller, { key: key(0) });
const data = batches(names("train"), { size: 32, key: key(1) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps: 200 })) {
  if (n % 50 === 0) console.log(`step ${n}: ${loss.toFixed(3)} nats per letter`);
}

const held = inference(speller, batch, ({ text }) => speller.nats(text));
const { nats, letters } = await evaluate(held, names("test"), { runtime, store });
const perLetter = nats!.mean / letters!.mean;
console.log(`unseen names: ${perLetter.toFixed(3)} nats per letter; by chance ${Math.log(alphabet.length).toFixed(3)}`);

const sampler = samplerFile(speller, {
  samples: `places in ${JSON.stringify(alphabet)}; a name ends at the first 0`,
  draw: ({ n }, key) => speller.write(n, key),
});
const { samples } = await runtime.run(sampler.trace({ n: 10 }), { store, feeds: sampler.example({ n: 10 }) });
const written = Array.from(samples!.data as Int32Array, (place) => alphabet[place]!).join("");
for (let i = 0; i < 10; i++) console.log(written.slice(i * length, (i + 1) * length).split(END)[0]);

await exportFolder("names", { family: "autoregressive", name: "names", files: { sampler } }, { runtime, store });
