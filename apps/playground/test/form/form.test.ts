import { describe, expect, it } from "vitest";
import { ganOptions, resolve, trainingOptions, type Schema } from "@gen/cli/options";
import { chosenBy, complaint, formOf, idle, settingOf, startOf } from "../../src/form/form.js";
import { chosen } from "../../src/url-state.js";

const form = formOf(ganOptions, {
  penalty: ["r1", "none"],
  penaltyWeight: 0.05,
  hidden: [64, 64],
  spectral: false,
  latentDim: 8,
});
const { fields } = form.schema;

/** What the command line says. */
function said(schema: Schema, name: string, value: unknown): string {
  try {
    resolve(schema, new Map([[name, { value, spelling: name }]]), "gen train");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a form", () => {
  it("begins as the page says, and is otherwise what the command line has", () => {
    expect(startOf(form)).toEqual({
      penalty: "r1",
      penaltyWeight: 0.05,
      hidden: [64, 64],
      spectral: false,
      latentDim: 8,
    });
    expect(chosenBy(form, {}, "gan")).toMatchObject({ latentDim: 8, loss: "non-saturating", updates: 1 });
    expect(fields.hidden).toEqual({ ...ganOptions.fields.hidden, default: [64, 64] });
  });

  it.each([
    [ganOptions, "hidden", "64,0", [64, 0]],
    [ganOptions, "penaltyWeight", "much", "much"],
    [ganOptions, "loss", "hinges", "hinges"],
    [trainingOptions, "steps", "1.5", 1.5],
  ] as const)("says of a value that is none what the command line says: %o %s %s", (schema, name, words, value) => {
    const ours = complaint(name, (schema as Schema).fields[name]!, words)!;
    const theirs = said(schema, name, value).replace("\n  fix: ", "; ");
    expect(ours.replace(/^.*?: /, "")).toBe(theirs.replace(`gen train: ${name}: `, ""));
    expect(ours).toMatch(/^(Hidden|Penalty weight|Loss|Steps): expected .*, got /);
  });

  it("leaves out what has no effect, and says what it would take", () => {
    expect(idle(form, { penalty: "none" }, "penaltyWeight")).toMatch(/^with penalty one of r1/);
    expect(idle(form, {}, "penaltyWeight")).toBeUndefined();
    expect(chosenBy(form, { penalty: "none", penaltyWeight: 3 }, "gan").penaltyWeight).toBe(0.05);
    expect(chosenBy(form, { penaltyWeight: 3 }, "gan").penaltyWeight).toBe(3);
    expect(() => chosenBy(form, { latentDim: 0 }, "gan")).toThrow("gan: latentDim: expected a whole number ≥ 1, got 0");
  });

  it("stands in an address, option by option", () => {
    const settings = Object.fromEntries(
      form.shown.map((name) => [name, settingOf(form.schema.fields[name as "hidden"])]),
    );
    const told = { penalty: "none", penaltyWeight: 0.5, hidden: [32], spectral: true, latentDim: 3 };
    const spelled = Object.entries(told).map(
      ([name, value]) => [name, settings[name]!.print(value)] as [string, string],
    );
    expect(chosen(`?${new URLSearchParams(spelled).toString()}`, settings)).toEqual(told);
    expect(chosen("?hidden=0&latentDim=x&penalty=dragan&spectral=1", settings)).toEqual(startOf(form));
  });
});
