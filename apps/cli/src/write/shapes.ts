/** @file How the distribution of the next token is shaped: options of `gen write`, and of the playground's page of a GPT. */
import { defineOptions } from "../schema/schema.js";

export const shapes = defineOptions({
  temperature: { kind: "number", above: 0, description: "Below 1, likelier and less varied text" },
  topK: { kind: "integer", min: 1, description: "Only so many of the likeliest tokens" },
  topP: { kind: "number", above: 0, max: 1, description: "Only the fewest tokens that have this share together" },
  minP: { kind: "number", min: 0, max: 1, description: "Only tokens at least so likely, by the likeliest" },
  typicalP: {
    kind: "number",
    above: 0,
    max: 1,
    description: "Only the tokens nearest the mean surprise, of this share",
  },
  repetitionPenalty: { kind: "number", above: 0, description: "Above 1, what was seen becomes less likely" },
  presencePenalty: { kind: "number", description: "Taken from the logit of what was written already" },
  frequencyPenalty: { kind: "number", description: "Taken from a token's logit as often as it was written" },
  noRepeat: { kind: "integer", min: 1, description: "No so many tokens in a row come twice" },
});
