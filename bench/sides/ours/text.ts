/** @file GPTs of `@gen/autoregressive`: trained, and decoding by `complete`. */
import { complete, textLoss } from "@gen/autoregressive";
import { node } from "@gen/core/node";
import { readFixture } from "../../src/fixtures.js";
import type { Start } from "../../src/protocol.js";
import { gpt, gptLarge, gptSmall, PROMPT, type GptSizes } from "../../src/works/text.js";
import { opened, stepOf } from "./subject.js";
import { startTraining } from "./training.js";

function trained(sizes: GptSizes): Start {
  return startTraining(({ rows }) => {
    const model = gpt(sizes);
    const { batch } = sizes;
    return { model, batch, step: stepOf(model, rows, { batch, of: (x, scope) => textLoss(model, { x }, scope) }) };
  });
}

export const texts = { "gpt-4x128": trained(gptSmall), "gpt-6x384": trained(gptLarge), "gpt-decode": startDecoding };

async function startDecoding({ folder, threads }: Parameters<Start>[0]): ReturnType<Start> {
  const fixture = readFixture(folder);
  const model = gpt(gptLarge);
  const runtime = await node({ threads });
  const store = await opened(runtime, fixture, { model });
  const prompt = [[...fixture.rows.data.slice(0, PROMPT)]];
  return {
    async run(steps) {
      const [written] = await complete({ model, runtime, store }, { prompt, greedy: true, maxTokens: steps });
      return [...written!.tokens];
    },
  };
}
