/** @file The recipes that come with gen. A new family adds a line. */
import type { Recipe } from "../recipe.js";
import { Registry } from "../registry.js";
import { flowRecipe } from "./flow.js";
import { ganRecipe } from "./gan.js";
import { vaeRecipe } from "./vae.js";

export const recipes = new Registry<Recipe>("recipe", [vaeRecipe, flowRecipe, ganRecipe]);
