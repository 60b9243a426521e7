/** @file The options of NADE and MADE on the command line. */
import { defineOptions } from "../schema/schema.js";

const hidden = {
  kind: "integer",
  default: 500,
  min: 1,
  unit: "units",
  description: "Width of what the numbers before one are told through",
} as const;
const learningRate = {
  kind: "number",
  default: 1e-3,
  above: 0,
  description: "Step size of Adam, which falls to nothing",
} as const;

export const nadeOptions = defineOptions({ hidden, learningRate });

export const madeOptions = defineOptions({
  law: {
    kind: "choice",
    choices: ["binary", "mixture"],
    default: "binary",
    description: "What a number is drawn from: zero or one, or for the columns of a table a mixture of normal laws",
  },
  components: {
    kind: "integer",
    default: 10,
    min: 1,
    appliesWhen: { law: ["mixture"] },
    description: "Normal laws of the mixture",
  },
  hidden,
  layers: { kind: "integer", default: 1, min: 1, description: "Hidden layers" },
  orders: {
    kind: "integer",
    default: 1,
    min: 1,
    description: "Orders in which numbers follow each other, one at random in each step; log p(x) is of their mixture",
  },
  learningRate,
});
