import { describeRecipe } from "./recipe-laws.js";
import { recipes } from "./recipes.js";

for (const [name, recipe] of Object.entries(recipes)) describeRecipe(`${name}, long`, { ...recipe, steps: 1000 });
