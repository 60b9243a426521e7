/** @file The lint rules of every workspace. What spans several files is in tooling/repo/test instead. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { kebabCase } from "./kebab-case.js";

const { scope } = JSON.parse(readFileSync(new URL("../repo/scope.json", import.meta.url), "utf8"));

const syntax = {
  exportAll: { selector: "ExportAllDeclaration", message: "Name every export." },
  exportDefault: { selector: "ExportDefaultDeclaration", message: "Export by name." },
  bareError: { selector: "ThrowStatement > NewExpression[callee.name='Error']", message: "Throw a GenError." },
  params: {
    selector:
      "ExportNamedDeclaration > FunctionDeclaration[params.length>3], MethodDefinition[key.type!='PrivateIdentifier'] > FunctionExpression[params.length>3]",
    message: "What others call has at most three parameters; take an options object.",
  },
  only: {
    selector: "MemberExpression[object.name=/^(it|test|describe)$/][property.name='only']",
    message: "Runs alone.",
  },
};

/** The configuration of the workspace in `directory`: `export default workspace(import.meta.dirname)`. */
export function workspace(directory) {
  const { name } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return defineConfig(
    globalIgnores(["dist", ".reports", "**/*.config.*", "**/*.{js,mjs}"]),
    js.configs.recommended,
    tseslint.configs.strictTypeChecked,
    {
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: directory } },
      linterOptions: { reportUnusedDisableDirectives: "error" },
      plugins: { gen: { rules: { "kebab-case": kebabCase } } },
      rules: {
        eqeqeq: "error",
        "max-params": ["error", 4],
        "no-restricted-imports": [
          "error",
          {
            patterns: [
              { group: [name, `${name}/**`], message: "A package does not import itself: use a relative path." },
              { group: [`${scope}/*/src/**`, `${scope}/*/dist/**`], message: "Import the package's entry." },
            ],
          },
        ],
        "no-restricted-syntax": ["error", ...Object.values(syntax)],
        "gen/kebab-case": "error",
        "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
        "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
        // An index into an array that was just measured is safe; `!` says so.
        "@typescript-eslint/no-non-null-assertion": "off",
        // The attributes of an op that has none.
        "@typescript-eslint/no-generated-empty-object-type": "off",
        "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
        "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
        "@typescript-eslint/no-unnecessary-condition": [
          "error",
          { allowConstantLoopConditions: "only-allowed-literals" },
        ],
        // A type parameter that appears once still names what a caller may pass.
        "@typescript-eslint/no-unnecessary-type-parameters": "off",
        "@typescript-eslint/require-await": "off",
      },
    },
    {
      files: ["test/**"],
      rules: { "no-restricted-syntax": ["error", syntax.exportDefault, syntax.only], "max-params": "off" },
    },
  );
}
