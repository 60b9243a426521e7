/** @file `@gen/cli` for recipes of one's own: `gen train ./my-recipe.ts`. */
export { defineRecipe } from "./recipe.js";
export type {
  Evaluation,
  EvaluationRequest,
  Live,
  Picture,
  PrepareContext,
  Recipe,
  Splits,
  Trainable,
  TrainingDefaults,
} from "./recipe.js";
export { defineOptions } from "./schema/schema.js";
export type { OptionsOf, Schema } from "./schema/schema.js";
export type { Field, Fields } from "./schema/field.js";
export type { PictureText, Quantity } from "./report/about.js";
