import { isGenError } from "@gen/core";
import { describe, expect, it } from "vitest";
import { additive, affine, Coupling, denseConditioner } from "../src/index.js";
import { describeTransform } from "./laws.js";

const conditioner = denseConditioner({ hidden: [8], activation: "tanh" });

for (const [name, map] of Object.entries({
  additive: additive(),
  affine: affine(),
  "free affine": affine({ bound: Infinity }),
})) {
  for (const keep of ["first", "last"] as const) {
    describeTransform(
      `${name} coupling that keeps the ${keep}`,
      (dim: number) => new Coupling({ shape: [dim], keep, map, conditioner }),
      {
        sizes: [2, 3, 5, 64],
      },
    );
  }
}

describeTransform(
  "coupling with context",
  (dim: number) => new Coupling({ shape: [dim], keep: "first", contextDim: 3, conditioner }),
  {
    sizes: [2, 5],
  },
);

describe("Coupling", () => {
  it("needs two features", () => {
    const made = (): unknown => new Coupling({ shape: [1], keep: "first" });
    expect(made).toThrow("Coupling: expected at least 2 features to split, got 1");
    try {
      made();
    } catch (error) {
      expect(isGenError(error) && error.fix).toContain("autoregressive");
    }
  });
});
