/** @file The recipes that come with gen. A new family adds a line. */
import type { Recipe } from "../recipe.js";
import { Registry } from "../registry.js";
import { diffusionRecipe } from "./diffusion.js";
import { distilRecipe } from "./distil.js";
import { flowRecipe } from "./flow.js";
import { ganRecipe } from "./gan.js";
import { musicRecipe } from "./music.js";
import { pixelCnnRecipe } from "./pixelcnn.js";
import { gptRecipe } from "./gpt.js";
import { vaeRecipe } from "./vae.js";
import { madeRecipe, nadeRecipe } from "./vectors.js";

const all: readonly Recipe[] = [
  vaeRecipe,
  flowRecipe,
  diffusionRecipe,
  distilRecipe,
  ganRecipe,
  pixelCnnRecipe,
  nadeRecipe,
  madeRecipe,
  musicRecipe,
  gptRecipe,
];

export const recipes = new Registry<Recipe>("recipe", all);
