import { expect, it } from "vitest";
import { Gate } from "../../src/train/gate.js";

it("says when somebody stands before it, and lets through when it opens", async () => {
  const gate = new Gate();
  await gate.passed();
  await gate.reached();
  gate.close();
  const said: string[] = [];
  const reached = gate.reached().then(() => said.push("reached"));
  await Promise.resolve();
  expect(said).toEqual([]);
  const passed = gate.passed().then(() => said.push("passed"));
  await reached;
  expect(said).toEqual(["reached"]);
  gate.open();
  await passed;
  expect(said).toEqual(["reached", "passed"]);
});
