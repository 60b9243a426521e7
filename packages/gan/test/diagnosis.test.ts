import { describe, expect, it } from "vitest";
import { describeFinding, Diagnosis, type GameOutputs } from "../src/index.js";

const healthy = {
  "discriminator.real": 0.3,
  "discriminator.fake": -0.3,
  "discriminator.gradient": 1,
  "generator.gradient": 0.8,
  "generator.spread": 0.95,
};

/** What is found after 200 healthy steps and 200 with other numbers. */
const after = (later: GameOutputs, end: GameOutputs = later): readonly string[] => {
  const diagnosis = new Diagnosis();
  for (let step = 1; step <= 600; step++)
    diagnosis.add(step, { ...healthy, ...(step > 400 ? end : step > 200 ? later : {}) });
  return diagnosis.findings().map((found) => `${found.kind} ${found.since}`);
};

describe("a game is", () => {
  it("sound while nothing of that sort happens", () => {
    expect(after({})).toEqual([]);
    expect(new Diagnosis().findings()).toEqual([]);
    const young = new Diagnosis();
    for (let step = 1; step <= 80; step++) young.add(step, { ...healthy, "generator.spread": 0.01 });
    expect(young.findings()).toEqual([]); // every generator begins so
  });
  it("collapsed when the rows of a batch are alike, and lasts so", () => {
    expect(after({ "generator.spread": 0.1 })).toEqual(["mode collapse 200"]);
    expect(after({ "generator.spread": 0.1 }, {})).toEqual([]);
    expect(after({ "generator.spread": 0.1 }, { "generator.spread": 0.12 })).toEqual(["mode collapse 200"]);
    const growing = new Diagnosis();
    for (let step = 1; step <= 300; step++) growing.add(step, { ...healthy, "generator.spread": step / 700 });
    expect(growing.findings()).toEqual([]); // slow, and on its way
  });
  it("stuck when the generator hears nothing and the discriminator is sure", () => {
    const sure = { "discriminator.real": 9, "discriminator.fake": -9 };
    expect(after({ ...sure, "generator.gradient": 1e-4 })).toEqual(["vanishing gradients 200"]);
    expect(after(sure)).toEqual([]);
    expect(after({ "generator.gradient": 1e-4 })).toEqual([]); // at rest, with equal scores
  });
  it("diverging when a gradient explodes or a number is none", () => {
    expect(after({ "discriminator.gradient": 500 })).toEqual(["divergence 200"]);
    expect(after({ "generator.loss": NaN }, {})).toEqual(["divergence 201"]);
    expect(after({ "discriminator.real": -4e4, "discriminator.fake": -4e4 })).toEqual(["divergence 200"]);
    expect(after({ "discriminator.real": 300, "discriminator.fake": -300 })).toEqual([]); // far apart, and held back
    const waking = new Diagnosis();
    for (let step = 1; step <= 800; step++)
      waking.add(step, { ...healthy, "generator.gradient": step > 150 ? 6 : 0.1 });
    expect(waking.findings()).toEqual([]); // scores that begin near 0
  });
  it("told so in words, with what to try", () => {
    const diagnosis = new Diagnosis({ window: 1 });
    for (let step = 1; step <= 7; step++) diagnosis.add(step, { ...healthy, "generator.spread": 0.01 });
    const [found] = diagnosis.findings();
    expect(describeFinding(found!)).toMatch(
      /^mode collapse since step 0: the rows of a batch deviate 0\.010 .* Try: .*r1\(\)/,
    );
  });
});
