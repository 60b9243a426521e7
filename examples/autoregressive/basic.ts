/**
 * A GPT of characters (Radford et al. 2018 and 2019; the block of Touvron et al. 2023, arXiv:2302.13971). A text is as probable
 * as its tokens one after the other,  p(x) = Π_t p(x_t | x_1 … x_{t−1}).  It learns the names of typefaces, then invents some.
 */
import { batches, fit, key, trainStep } from "@gen/core";
import { exportFolder, node } from "@gen/core/node";
import { adam, cosine } from "@gen/core/optim";
import { CharacterTokenizer, complete, llama, matching, packed, scoreText, stream } from "@gen/autoregressive";
import { textFields, textFiles, textLoss } from "@gen/autoregressive";
import { glyphs } from "@gen/data/node";

/** Each family's name once, in small letters, a line each. */
const namesOf = (split: "train" | "test"): string =>
  [...new Set(glyphs({ split }).faces.map(({ family }) => family.toLowerCase()))].join("\n") + "\n";
const [names, unseen] = [namesOf("train"), namesOf("test")];
const tokenizer = CharacterTokenizer.of(names + unseen);
const length = 48;
const rows = packed([tokenizer.encode(names)], { length, stride: 1 });
const held = packed([tokenizer.encode(unseen)], { length });

const gpt = llama({ vocabulary: tokenizer.size, context: 64, layers: 2, heads: 4, features: 64 });
const steps = 150;
const step = trainStep({
  model: gpt,
  batch: textFields({ n: 16, length }),
  loss: ({ x }, scope) => textLoss(gpt, { x }, scope), // nats per character
  optimizer: adam({ learningRate: cosine(2e-3, { steps }) }),
});

await using runtime = await node();
const store = await runtime.init(gpt, { key: key(0) });
const data = batches(rows, { size: 16, key: key(1) });
for await (const { n, loss } of fit(step, { runtime, store, data, steps })) {
  if (n % 50 === 0) console.log(`step ${n}: ${loss.toFixed(3)} nats per character`);
}
const { nats, perplexity } = await scoreText(gpt, held, { runtime, store });
console.log(`unseen names: ${nats.toFixed(3)} nats per character, as many as ${perplexity.toFixed(1)} likely ones`);

const model = { model: gpt, runtime, store };
process.stdout.write("invented: ");
for await (const { text } of stream(model, { prompt: "\n", tokenizer, maxTokens: 50, temperature: 0.8, key: key(2) })) {
  process.stdout.write(text.replace("\n", ", "));
}
const constraint = matching("noto [a-z]{4,9} (?:sans|serif)", tokenizer);
const [noto] = await complete(model, { prompt: "\n", tokenizer, constraint });
console.log(`\nwith its form prescribed: ${noto!.text}`);

const files = textFiles(gpt, { start: tokenizer.encode("\n")[0]!, tokens: "places among the characters" });
await exportFolder("names", { family: "autoregressive", name: "names", files }, { runtime, store });
