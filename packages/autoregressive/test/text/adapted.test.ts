import { inference, key, parameters, reference, type Store } from "@gen/core";
import { expect, it } from "vitest";
import { adaptedText, gpt2, type LanguageModel } from "../../src/index.js";
import { movedStore, numbers } from "../statistics.js";
import { describeLanguageModel, someTokens } from "./laws.js";

const sizes = { vocabulary: 7, context: 12, layers: 1, heads: 2, features: 8 };

describeLanguageModel("a GPT with adapters", () => adaptedText(gpt2(sizes), { rank: 2 }));

it("is at first the model that it adapts, and has its adapters behind that one's parameters", async () => {
  const gpt = gpt2(sizes);
  const model = adaptedText(gpt, { rank: 2 });
  const [own, all] = [[...parameters(gpt).keys()], [...parameters(model).keys()]];
  expect(all.slice(0, own.length)).toEqual(own);
  expect(all.slice(own.length)).toEqual(expect.arrayContaining(["lora.blocks.0.attention.query.weight.a"]));
  expect(all.slice(own.length).every((name) => /^lora\..*\.[ab]$/.test(name))).toBe(true);
  expect([...parameters(model.adapters).keys()]).toHaveLength(all.length - own.length);

  const runtime = reference();
  const store = await runtime.init(model, { key: key(0) });
  const logitsOf = async (one: LanguageModel) => {
    const program = inference(model, { x: { shape: [1, 6], dtype: "i32" } }, ({ x }, scope) => ({
      l: one.logits(x, scope),
    }));
    return (await runtime.run(program, { store, feeds: { x: someTokens(gpt, 1, 6) } }))["l"]!.data;
  };
  expect(await logitsOf(model)).toEqual(await logitsOf(gpt));
});

it("gives the same as a plain model, with what it learned added to the weights", async () => {
  const gpt = gpt2(sizes);
  const model = adaptedText(gpt, { rank: 2 });
  const runtime = reference();
  const store = await movedStore(runtime, model, 0.3);
  const logitsOf = async (one: LanguageModel, from: Store) => {
    const program = inference(model, { x: { shape: [1, 6], dtype: "i32" } }, ({ x }, scope) => ({
      l: one.logits(x, scope),
    }));
    return numbers((await runtime.run(program, { store: from, feeds: { x: someTokens(gpt, 1, 6) } }))["l"]!);
  };
  const { store: whole } = await model.merged({ runtime, store });
  expect(whole.names().filter((name) => name.startsWith("lora."))).toEqual([]);
  const [adapted, merged, plain] = [
    await logitsOf(model, store),
    await logitsOf(gpt, whole),
    await logitsOf(gpt, store),
  ];
  merged.forEach((v, i) => expect(v).toBeCloseTo(adapted[i]!, 5));
  expect(Math.max(...merged.map((v, i) => Math.abs(v - plain[i]!)))).toBeGreaterThan(0.01);
});
