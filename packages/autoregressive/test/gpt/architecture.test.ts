import { describe, expect, it } from "vitest";
import { Gpt, gpt1, gpt2, gptOfConfig, llama, slidingGpt } from "../../src/index.js";
import { architectureOf } from "../../src/gpt/architecture.js";

const sizes = { vocabulary: 7, context: 12, layers: 2, heads: 4, features: 16 };

describe("the architecture that config.json names", () => {
  it.each<[string, Gpt, object]>([
    ["GPT2LMHeadModel", gpt2(sizes), { model_type: "gpt2", n_inner: 64, activation_function: "gelu_new", n_head: 4 }],
    ["GPT2LMHeadModel", new Gpt({ ...sizes, bias: false, tied: false }), { tie_word_embeddings: false }],
    [
      "LlamaForCausalLM",
      llama({ ...sizes, keyHeads: 2, rotaryBase: 500 }),
      { num_key_value_heads: 2, head_dim: 4, intermediate_size: 48, rope_theta: 500, attention_bias: false },
    ],
    [
      "MistralForCausalLM",
      new Gpt({ ...sizes, positions: "rotary", norm: "rms", feedForward: "swiglu", bias: false, window: 5 }),
      { model_type: "mistral", sliding_window: 5, rms_norm_eps: 1e-5 },
    ],
    ["Qwen3ForCausalLM", slidingGpt({ ...sizes, window: 5 }), { sliding_window: 5, max_window_layers: 0 }],
  ])("is %s", (name, gpt, fields) => {
    expect(architectureOf(gpt)).toMatchObject({ architectures: [name], vocab_size: 7, ...fields });
  });

  it.each<[string, Gpt]>([
    ["GPT-2", gpt2({ ...sizes, hidden: 24 })],
    ["Llama", llama({ ...sizes, keyHeads: 2, rotaryBase: 500 })],
    ["Llama", llama({ ...sizes, rotaryScaling: { type: "linear", factor: 2 } })],
    [
      "Llama",
      llama({
        ...sizes,
        rotaryScaling: { type: "llama3", factor: 8, lowFrequency: 1, highFrequency: 4, context: 6 },
      }),
    ],
    ["Mistral", new Gpt({ ...sizes, positions: "rotary", norm: "rms", feedForward: "swiglu", bias: false, window: 5 })],
    ["Qwen3", slidingGpt({ ...sizes, window: 5, headFeatures: 6 })],
  ])("makes the same %s again", (_, gpt) => {
    expect(gptOfConfig(JSON.stringify(architectureOf(gpt))).options).toMatchObject(gpt.options);
  });

  it.each<[string, Gpt, string]>([
    ["norms after the parts", gpt1(sizes), 'expected normPlace "pre", as GPT-2 has, got "post"'],
    [
      "no positions",
      new Gpt({ ...sizes, positions: "none" }),
      'expected positions "learned", as GPT-2 has, got "none"',
    ],
    ["a window", new Gpt({ ...sizes, window: 3 }), "expected window none, as GPT-2 has, got 3"],
    [
      "layer norms and turns",
      new Gpt({ ...sizes, positions: "rotary" }),
      'expected norm "rms", as Llama has, got "layer"',
    ],
    [
      "biases and a window",
      new Gpt({ ...sizes, positions: "rotary", norm: "rms", feedForward: "swiglu", window: 3 }),
      "expected bias false, as Mistral has, got true",
    ],
  ])("is none, which is an error: %s", (_, gpt, message) => {
    expect(() => architectureOf(gpt)).toThrow(message);
  });
});
