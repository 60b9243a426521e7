/**
 * From a model of text to one that answers: low-rank adapters (Hu et al. 2021, arXiv:2106.09685),  W' = W + (α/r) B·A,  learned from
 * prompts and answers of which the answers count. It learns names of typefaces, then to invent one of the kind it is asked for.
 */
import { batches, fit, key, trainStep, type Scope, type Store } from "@gen/core";
import { exportFolder, node, openFolder } from "@gen/core/node";
import { adam } from "@gen/core/optim";
import { loadWeights, lora } from "@gen/core/tune";
import { CharacterTokenizer, complete, instructions, llama, packed } from "@gen/autoregressive";
import { textFields, textFiles, textLoss, type TextBatch } from "@gen/autoregressive";
import { glyphs } from "@gen/data/node";

const names = [...new Set(glyphs().faces.map(({ family }) => family.toLowerCase()))];
const kinds = ["sans", "serif", "mono"];
const asking = (kind: string): string => `a ${kind}, please: `;
const tokenizer = CharacterTokenizer.of(names.join("") + kinds.map(asking).join(""), { special: ["<end>"] });
const end = tokenizer.specials.numberOf("<end>");

const length = 64;
const gpt = llama({ vocabulary: tokenizer.size, context: length, layers: 2, heads: 4, features: 64 });
const loss = (batch: unknown, scope: Scope) => textLoss(gpt, batch as TextBatch, scope);
await using runtime = await node();

// A model of text, learned from the beginning.
const base = await runtime.init(gpt, { key: key(0) });
const step = trainStep({
  model: gpt,
  batch: textFields({ n: 16, length }),
  loss,
  optimizer: adam({ learningRate: 2e-3 }),
});
const rows = packed([names.flatMap((name) => [...tokenizer.encode(name), end])], { length, stride: 1 });
const text = batches(rows, { size: 16, key: key(1) });
for await (const { n, loss } of fit(step, { runtime, store: base, data: text, steps: 150 })) {
  if (n % 50 === 0) console.log(`learning names, step ${n}: ${loss.toFixed(3)} nats per character`);
}
const files = textFiles(gpt, { start: end });
await exportFolder("names", { family: "autoregressive", name: "names", files }, { runtime, store: base });

// The same taken up from its folder; what is learned now is the adapters alone.
const tuned = lora(gpt, { rank: 8 });
const store = await runtime.init(tuned.model, { key: key(2) });
await loadWeights({ store, model: gpt, source: await openFolder("names") });
const tuning = trainStep({
  model: tuned.model,
  learn: tuned.adapters,
  batch: textFields({ n: 16, length, counts: true }),
  loss: tuned.adapt(loss),
  optimizer: adam({ learningRate: 1e-2 }),
});
const list = kinds.flatMap((kind) =>
  names.filter((name) => name.includes(kind)).map((answer) => ({ prompt: asking(kind), answer })),
);
const answers = batches(instructions(list, { tokenizer, length, end: "<end>" }), { size: 16, key: key(3) });
for await (const { n, loss } of fit(tuning, { runtime, store, data: answers, steps: 100 })) {
  if (n % 50 === 0) console.log(`learning to answer, step ${n}: ${loss.toFixed(3)} nats per character of an answer`);
}
await tuned.merge({ runtime, store });

/** What is answered to so many prompts of each kind, and the share of answers that are of that kind. */
async function ask(numbers: Store): Promise<{ share: number; some: readonly string[] }> {
  const prompt = kinds.flatMap((kind) => Array.from({ length: 12 }, () => asking(kind)));
  const options = { prompt, tokenizer, endTokens: [end], maxTokens: 30, temperature: 0.8, key: key(4) };
  const texts = (await complete({ model: gpt, runtime, store: numbers }, options)).map(({ text: answer }) => answer);
  const right = texts.filter((answer, i) => answer.includes(kinds[Math.floor(i / 12)]!));
  return { share: right.length / texts.length, some: [0, 12, 24].map((i) => texts[i]!) };
}

const [before, after] = [await ask(base), await ask(store)];
console.log(
  `of the kind asked for: ${(100 * before.share).toFixed(0)} % before, ${(100 * after.share).toFixed(0)} % after`,
);
kinds.forEach((kind, i) => console.log(`${asking(kind)}${after.some[i]!}`));
