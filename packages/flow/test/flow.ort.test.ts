import { describeRecipe } from "./recipe-laws.js";
import { recipes } from "./recipes.js";

for (const name of ["real-nvp", "conditional maf"]) describeRecipe(name, recipes[name]!);
