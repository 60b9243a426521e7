import { ndarray } from "@gen/core";
import { expect, it } from "vitest";
import { checkProcess, checkSchedule, Diffusion, encode, MlpNetwork, sample, straight } from "../src/index.js";
import { tiny } from "./models.js";

it("says what is wrong, and what to do", () => {
  const unguided = tiny({ condition: { classes: 2, drop: 0 } });
  const free = new Diffusion({ network: new MlpNetwork({ dim: 2 }) });
  const weight = { guidance: { weight: 2 } };
  expect(() => sample(unguided, { n: 1, ...weight })).toThrow(
    "expected a model with a null condition for guidance, got one without",
  );
  expect(() => sample(free, { n: 1, ...weight })).toThrow("expected a conditional model, got one without a condition");
  expect(() => sample(free, { n: 1, steps: 0 })).toThrow("expected steps, a whole number of at least 1, got 0");
  expect(() => sample(free, { n: 1, sampler: "eular" as never })).toThrow("expected one of ddpm, ddim");
  expect(() => encode(free, { n: 1, sampler: "ddpm" })).toThrow(
    'expected a sampler without noise or memory, got "ddpm"',
  );
  expect(() => checkProcess({ ...straight(), levels: [0.1, 0.3, 0.2] })).toThrow(
    "expected levels above 0 that rise, got 0.2 as level 2 after 0.3",
  );
  expect(() => checkSchedule(ndarray([3, 1, 2, 0]))).toThrow(
    "expected levels that fall to 0, got 2 after 1 at place 2",
  );
});
