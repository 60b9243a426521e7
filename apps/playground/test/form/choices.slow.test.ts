import { key } from "@gen/core";
import { expect, it } from "vitest";
import { cloud } from "../../src/train/densities.js";
import { FAMILIES } from "../../src/train/families.js";

it.each(FAMILIES)("$id has a model for each choice of its form", (family) => {
  const {
    id,
    form: { schema, shown },
  } = family;
  const points = cloud("moons", 0, []);
  const choices = shown.flatMap((name) => {
    const field = schema.fields[name]!;
    return field.kind === "choice" ? [[name, field.choices] as const] : [];
  });
  const most = Math.max(1, ...choices.map(([, words]) => words.length));
  for (let i = 0; i < most; i++) {
    const told = Object.fromEntries(choices.map(([name, words]) => [name, words[i % words.length]]));
    const settings = { learningRate: 1e-3, batch: 4, options: { [id]: told } };
    expect(family.course(points, settings, key(0)).step, JSON.stringify(told)).toBeDefined();
  }
});
