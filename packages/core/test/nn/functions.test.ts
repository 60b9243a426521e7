import { describeModelGradients } from "../../src/testing/gradients.js";
import { functionCases } from "./function-cases.js";

for (const [name, make] of Object.entries(functionCases)) describeModelGradients(name, make);
