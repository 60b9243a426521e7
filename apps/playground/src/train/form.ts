/** @file What is set of every training, whatever is trained: as `gen train` has it. */
import { computeOptions, trainingOptions, vaeOptions, type OptionsOf } from "@gen/cli/options";
import { chosenBy, formOf, type Form, type Told } from "../form/form.js";
import type { Settings } from "./course.js";

const { steps, batchSize, seed } = trainingOptions.fields;
const schema = {
  fields: {
    steps,
    batchSize,
    learningRate: vaeOptions.fields.learningRate, // of Adam, for every family
    seed,
    device: { ...computeOptions.fields.device, choices: ["auto", "wasm", "webgpu"], default: "auto" },
  },
} as const;
export type TrainingForm = Form<typeof schema.fields>;

/** @param start what suits the page */
export function trainingForm(start: { readonly steps: number; readonly batchSize: number }): TrainingForm {
  return formOf(schema, { ...start, learningRate: 2e-3, seed: 0, device: schema.fields.device.choices });
}

/** Whether an option may change while it trains. */
export const isLive = (name: string): boolean => name === "batchSize" || name === "learningRate";

export interface TrainingChoices extends Pick<OptionsOf<typeof schema>, "steps" | "seed" | "device"> {
  readonly settings: Settings;
}

/** @param options what was set of families, by family */
export function trainingBy(form: TrainingForm, told: Told, options: Settings["options"]): TrainingChoices {
  const { steps, seed, device, learningRate, batchSize } = chosenBy(form, told, "train");
  return { steps, seed, device, settings: { learningRate, batch: batchSize, ...(options && { options }) } };
}
