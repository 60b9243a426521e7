import { describe, expect, expectTypeOf, it } from "vitest";
import { parseArgv, hasFlag, peek } from "../../src/schema/argv.js";
import { givenBy, parseConfig } from "../../src/schema/config.js";
import { helpText } from "../../src/schema/help.js";
import { effective, resolve } from "../../src/schema/resolve.js";
import { defineOptions, mergeSchemas, select, withDefaults, type OptionsOf } from "../../src/schema/schema.js";
import { options } from "./options.js";

const parse = (...argv: string[]) => resolve(options, parseArgv(options, argv, "gen try").given, "gen try");

describe("options", () => {
  it("have the types that the schema says", () => {
    expectTypeOf<OptionsOf<typeof options>>().toEqualTypeOf<{
      readonly latentDim: number;
      readonly learningRate: number;
      readonly hidden: readonly number[];
      readonly likelihood: "bernoulli" | "gaussian" | "logistic";
      readonly scale: number;
      readonly augment: boolean;
      readonly shift: number;
      readonly shuffle: boolean;
      readonly note?: string;
      readonly out: string;
    }>();
  });

  it("are the defaults where nothing is given", () => {
    expect(parse("--out", "x")).toEqual({
      latentDim: 20,
      learningRate: 1e-3,
      hidden: [400],
      likelihood: "bernoulli",
      scale: 0.1,
      augment: false,
      shift: 2,
      shuffle: true,
      out: "x",
    });
  });

  it("are read from words of every kind", () => {
    const words = [
      "--latent-dim=8",
      "--learning-rate",
      "1e-4",
      "--hidden",
      "400,200",
      "--likelihood=gaussian",
      "--scale",
      "1",
    ];
    expect(parse(...words, "--augment", "--shift", "-3", "--no-shuffle", "--note=--odd", "--out", "a b")).toEqual({
      latentDim: 8,
      learningRate: 1e-4,
      hidden: [400, 200],
      likelihood: "gaussian",
      scale: 1,
      augment: true,
      shift: -3,
      shuffle: false,
      note: "--odd",
      out: "a b",
    });
  });

  it("are kept only where they have an effect", () => {
    expect(effective(options, parse("--out", "x"))).not.toHaveProperty("scale");
    expect(effective(options, parse("--out", "x", "--likelihood", "gaussian"))).toHaveProperty("scale", 0.1);
  });

  it.each([
    [
      ["--latent-dims", "3"],
      "gen try: expected an option it knows, got --latent-dims\n  fix: did you mean --latent-dim? gen try --help lists them",
    ],
    [["--zzzzzzzzzz"], "gen try: expected an option it knows, got --zzzzzzzzzz\n  fix: gen try --help lists them"],
    [["-x"], "gen try: expected an option it knows, got -x"],
    [["--latent-dim", "0"], "gen try: --latent-dim: expected a whole number ≥ 1, got 0"],
    [["--latent-dim", "ten"], "gen try: --latent-dim: expected a whole number ≥ 1, got ten"],
    [["--latent-dim=1.5"], "gen try: --latent-dim: expected a whole number ≥ 1, got 1.5"],
    [["--latent-dim="], 'gen try: --latent-dim: expected a whole number ≥ 1, got ""'],
    [["--learning-rate", "NaN"], "gen try: --learning-rate: expected a number > 0, got NaN"],
    [
      ["--hidden", "400,,200"],
      'gen try: --hidden: expected whole numbers with commas between them, each ≥ 1, got 400,"",200',
    ],
    [
      ["--likelihood", "gausian"],
      "gen try: --likelihood: expected one of bernoulli, gaussian, logistic, got gausian\n  fix: did you mean gaussian?",
    ],
    [["--augment=yes"], "gen try: --augment: expected true or false, got yes"],
    [["--latent-dim"], "gen try: --latent-dim: expected a whole number ≥ 1, got nothing"],
    [["--note", "--augment"], "gen try: --note: expected some text, got --augment\n  fix: write --note=<value>"],
    [["--augment", "--no-augment"], "gen try: expected --no-augment once, got it twice"],
    [
      ["--scale", "1"],
      "gen try: expected --scale only with --likelihood gaussian or logistic, got it where it has no effect\n  fix: leave --scale out, or add --likelihood gaussian or logistic",
    ],
    [["--shift", "1"], "gen try: expected --shift only with --augment, got it where it has no effect"],
    [[], "gen try: expected --out with a path, got nothing\n  fix: add --out <path>"],
  ])("reject %j", (argv, message) => {
    expect(() => parse(...argv)).toThrow(
      expect.objectContaining({ code: "option", message: expect.stringContaining(message) as string }),
    );
  });

  it("may have an effect only where another is not given, be that one of this set or not", () => {
    const own = defineOptions({
      size: { kind: "integer", default: 4, appliesWhen: { from: null }, description: "Of it" },
    });
    const both = mergeSchemas([own, defineOptions({ from: { kind: "path", description: "Of another" } })]);
    const given = (...names: string[]) =>
      new Map(names.map((name) => [name, { value: name === "size" ? 5 : "x", spelling: `--${name}` }]));
    expect(resolve(own, given("size"), "gen try")).toEqual({ size: 5 });
    expect(resolve(both, given("from"), "gen try")).toEqual({ size: 4, from: "x" });
    expect(effective(both, { size: 4, from: "x" })).toEqual({ from: "x" });
    expect(() => resolve(both, given("size", "from"), "gen try")).toThrow(
      "gen try: expected --size only without --from, got it where it has no effect\n  fix: leave --size out, or leave out --from",
    );
  });

  it("of several schemas do not share a name", () => {
    expect(() => mergeSchemas([options, defineOptions({ scale: { kind: "number", description: "" } })])).toThrow(
      "scale: expected an option name that is still free",
    );
  });

  it("of a part can be taken out, and given other defaults", () => {
    const part = defineOptions({ latentDim: { kind: "integer", default: 1, description: "" } });
    expect(select(part, parse("--out", "x"))).toEqual({ latentDim: 20 });
    expect(resolve(withDefaults(part, { latentDim: 7 }), new Map(), "")).toEqual({ latentDim: 7 });
  });

  it.each([
    [{ "two-words": { kind: "string", description: "" } }, "camelCase"],
    [{ size: { kind: "integer", default: 0, min: 1, description: "" } }, "as default a whole number ≥ 1"],
    [{ size: { kind: "integer", appliesWhen: { sise: 1 }, description: "" } }, "a condition on an option of this set"],
  ] as const)("are checked when they are described", (fields, message) => {
    expect(() => defineOptions(fields)).toThrow(message);
  });
});

describe("the command line", () => {
  it("keeps what is not an option in order", () => {
    expect(parseArgv(options, ["a", "--augment", "b", "--", "--c", "-d"], "").positionals).toEqual([
      "a",
      "b",
      "--c",
      "-d",
    ]);
  });

  it("can be asked for one option before the rest is understood", () => {
    expect(peek(["vae", "--data", "mnist"], "data")).toBe("mnist");
    expect(peek(["vae", "--data=mnist"], "data")).toBe("mnist");
    expect(peek(["vae", "--", "--data=mnist"], "data")).toBeUndefined();
    expect(hasFlag(["--json"], "--json")).toBe(true);
    expect(hasFlag(["--", "--json"], "--json")).toBe(false);
  });
});

describe("a config file", () => {
  it("gives options by their names in code, and the command line wins", () => {
    const config = parseConfig(
      '{ "recipe": "vae", "options": { "latentDim": 3, "out": "x", "hidden": [5, 6] } }',
      "a.json",
    );
    const given = givenBy(config, parseArgv(options, ["--latent-dim", "4"], "").given);
    expect(resolve(options, given, "")).toMatchObject({ latentDim: 4, hidden: [5, 6], out: "x" });
  });

  it("says which of its options is wrong", () => {
    const given = givenBy({ recipe: "vae", options: { latentDims: 3 } }, new Map());
    expect(() => resolve(options, given, "a.json")).toThrow(
      "a.json: expected an option it knows, got latentDims\n  fix: did you mean latentDim? there are: latentDim, learningRate",
    );
  });

  it.each([
    ["", "a.json: expected JSON, got an empty file"],
    ["{", "a.json: expected JSON, got "],
    ["[]", "a.json: expected an object, got []"],
    ["{}", 'a.json: expected "recipe" to be a name, got nothing'],
    ['{ "recipe": "vae", "options": 3 }', 'a.json: expected "options" to be an object, got 3'],
    ['{ "recipe": "vae", "steps": 3 }', "a.json: expected only recipe, options, made, got steps"],
  ])("that is not one is rejected: %j", (text, message) => {
    expect(() => parseConfig(text, "a.json")).toThrow(message);
  });
});

it("help says all there is to know about an option", () => {
  const page = helpText(
    {
      usage: "gen try [options]",
      summary: "Try it.",
      sections: [{ title: "Options", schema: options }],
      examples: ["gen try --out x"],
    },
    80,
  );
  expect(page).toMatchInlineSnapshot(`
    "Usage: gen try [options]

    Try it.

    Options
      --latent-dim <integer>      Size of the latent space (≥ 1; default 20)
      --learning-rate <number>    Step size of the optimizer (> 0; default 0.001)
      --hidden <integer,…>        Units of each hidden layer (≥ 1; default 400)
      --likelihood <bernoulli|gaussian|logistic>
                                  Distribution of a pixel given the latent variables
                                  (default bernoulli)
      --scale <number>            Standard deviation of a pixel (in intensity; > 0
                                  and ≤ 10; only with --likelihood gaussian or
                                  logistic; default 0.1)
      --augment                   Shift the pictures a little
      --shift <integer>           How far (in pixels; only with --augment; default
                                  2)
      --[no-]shuffle              Take the rows in a new order each epoch (on by
                                  default)
      --note <text>               Kept with the run
      --out <path>                Where the result goes (required)

    Examples
      gen try --out x
    "
  `);
  expect(Math.max(...page.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});
