/** @file The rules that span files: who may import whom, what a file may hold, what may be committed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as repo from "./source.js";

const { scope } = repo.readJson("tooling/repo/scope.json") as { scope: string };
const CORE = `${scope}/core`;

/**
 * The folders of core in layers, lowest first: a folder imports itself and those on earlier lines. The files that lie
 * in src itself (dtype, error, shape …) are ".", but for the entries, which import anything and are imported by none.
 */
const LAYERS = [
  ["."],
  ["rng"],
  ["ir"],
  ["tensor"],
  ["program"],
  ["autodiff", "onnx"],
  ["nn", "prob", "optim"],
  ["runtime"],
  ["train"],
  ["codec"],
  ["model"],
  ["node"],
  ["testing"],
];

const packages = repo.workspaces("packages");
const published = [...packages, ...repo.workspaces("apps")];
const sources = published.flatMap((workspace) => workspace.sources);
const core = packages.find(({ manifest }) => manifest.name === CORE)!;

/** Sources for which `broken` gives a complaint, as "path: complaint". */
function complaints(broken: (source: repo.Source) => string | undefined): string[] {
  return sources.flatMap((source) => {
    const complaint = broken(source);
    return complaint === undefined ? [] : [`${source.path}: ${complaint}`];
  });
}

describe("imports", () => {
  it("go one way inside core", () => {
    const entries = Object.values(core.manifest.exports ?? {}).map((target) =>
      sourceOf(target).replace(".", core.directory),
    );
    const folderOf = (path: string) => /^packages\/core\/src\/([^/]+)\//.exec(path)?.[1] ?? ".";
    const rank = (path: string) => LAYERS.findIndex((layer) => layer.includes(folderOf(path)));
    const mayImport = (from: string, to: string) =>
      !entries.includes(to) && rank(from) >= 0 && (folderOf(from) === folderOf(to) || rank(to) < rank(from));
    const wrong = core.sources
      .filter(({ path }) => !entries.includes(path))
      .flatMap(({ path, imports }) =>
        imports
          .map((specifier) => repo.resolveRelative(path, specifier))
          .filter((target) => target !== undefined && !mayImport(path, target))
          .map((target) => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it("reach Node and ONNX Runtime only from the entries named after them", () => {
    const foreign = (entry: string) => {
      if (entry === "./node") return /^onnxruntime-web|\/web$/;
      return entry.startsWith("./web") ? /^node:|^onnxruntime-node|\/node$/ : /^node:|^onnxruntime|\/(node|web)$/;
    };
    const isProgram = (workspace: repo.Workspace, entry: string) => entry === "." && !packages.includes(workspace);
    const wrong = published.flatMap((workspace) =>
      Object.entries(workspace.manifest.exports ?? {}).flatMap(([entry, target]) =>
        isProgram(workspace, entry)
          ? []
          : repo.reach(`${workspace.directory}/${sourceOf(target).replace("./", "")}`, workspace).flatMap((source) => {
              const imports = source.imports.filter((to) => !to.startsWith(".") && foreign(entry).test(to));
              const globals = entry === "./node" ? null : /(?<![.\w])(process|Buffer)\.\w+/.exec(source.text);
              return [...imports, ...(globals?.slice(0, 1) ?? [])].map((use) => `${entry}: ${source.path} uses ${use}`);
            }),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("cross from one package to another only into core", () => {
    const wrong = packages.flatMap(({ manifest, sources }) =>
      sources.flatMap(({ path, imports }) =>
        imports
          .filter((specifier) => specifier.startsWith(`${scope}/`))
          .filter((specifier) => manifest.name === CORE || (specifier !== CORE && !specifier.startsWith(`${CORE}/`)))
          .map((specifier) => `${path} imports ${specifier}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("name only what package.json declares", () => {
    const wrong = published.flatMap(({ manifest, sources }) => {
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      return sources.flatMap(({ path, imports }) =>
        imports
          .filter((specifier) => !/^(\.|node:)/.test(specifier))
          .filter((specifier) => !declared.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
          .map((specifier) => `${path} imports ${specifier}`),
      );
    });
    expect(wrong).toEqual([]);
  });
});

describe("a source file", () => {
  it("names every export", () => {
    expect(complaints(({ text }) => (/^export \*/m.test(text) ? "export *" : undefined))).toEqual([]);
  });

  it("has at most 400 lines", () => {
    const lines = (text: string) => text.trimEnd().split("\n").length;
    expect(complaints(({ text }) => (lines(text) > 400 ? `${lines(text)} lines` : undefined))).toEqual([]);
  });

  // A worker is plain JavaScript and has no GenError to throw; what it throws becomes one on the other side.
  it("throws GenError", () => {
    expect(
      complaints(({ path, text }) => (path.endsWith(".mjs") ? undefined : /throw new Error\(.*/.exec(text)?.[0])),
    ).toEqual([]);
  });
});

describe("a manifest", () => {
  const places = ["packages", "apps", "tooling"].flatMap(repo.workspaces).map(({ manifest }) => manifest);
  const single = ["examples", "repro"]
    .map((directory) => `${directory}/package.json`)
    .filter((path) => existsSync(join(repo.root, path)))
    .map((path) => repo.readJson(path) as repo.Manifest);
  const manifests = [...places, ...single];

  it("is named in the scope", () => {
    expect(manifests.map(({ name }) => name).filter((name) => !name.startsWith(`${scope}/`))).toEqual([]);
  });

  it("takes its versions from the catalog", () => {
    const wrong = manifests.flatMap(({ name, dependencies, devDependencies }) =>
      Object.entries({ ...dependencies, ...devDependencies })
        .filter(([, version]) => version !== "catalog:" && !version.startsWith("workspace:"))
        .map(([dependency, version]) => `${name}: ${dependency} ${version}`),
    );
    expect(wrong).toEqual([]);
  });

  it("pins one pnpm", () => {
    const { packageManager } = repo.readJson("package.json") as repo.Manifest;
    expect(repo.textOf("pnpm-workspace.yaml")).toContain(`\n  pnpm: ${packageManager?.replace("pnpm@", "")}\n`);
  });
});

describe("what is committed", () => {
  const tracked = repo.trackedFiles();
  /** Files whose text `pattern` finds, as "path: what was found". */
  const holding = (pattern: RegExp, files: readonly string[]) =>
    files.flatMap((path) => {
      const found = pattern.exec(repo.textOf(path) ?? "")?.[0];
      return found === undefined ? [] : [`${path}: ${found}`];
    });

  it("is below 3 MB a file", ({ skip }) => {
    if (tracked === undefined) skip("git is not here to list the files");
    expect(tracked?.filter((path) => repo.sizeOf(path) > 3e6)).toEqual([]);
  });

  it("names no registry in a lock file", ({ skip }) => {
    if (tracked === undefined) skip("git is not here to list the files");
    const locks = tracked!.filter((path) => /(^|\/)(pnpm-lock\.yaml|package-lock\.json|\.npmrc)$/.test(path));
    expect(holding(/tarball:.*|https?:\/\/\S*(registry|npm)\S*/, locks)).toEqual([]);
  });

  it("names no place on one machine", ({ skip }) => {
    if (tracked === undefined) skip("git is not here to list the files");
    const texts = tracked!.filter((path) => path !== ".ci/run" && !path.endsWith("structure.test.ts"));
    expect(holding(/(?<![\w.)\]}*-])\/(home|Users|root|work)\/.*|\.\.\/shared\b/, texts)).toEqual([]);
  });

  it("has examples of at most 80 lines and READMEs of at most 100", ({ skip }) => {
    if (tracked === undefined) skip("git is not here to list the files");
    const limits = tracked!.flatMap((path): [string, number][] => {
      if (/^examples\/[^/]+\/[^/]+\.ts$/.test(path) && !path.startsWith("examples/test/")) return [[path, 80]];
      return /^packages\/[^/]+\/README\.md$/.test(path) ? [[path, 100]] : [];
    });
    expect(limits.filter(([path, limit]) => repo.textOf(path)!.trimEnd().split("\n").length > limit)).toEqual([]);
  });
});

/** The source file of an entry in `exports`. */
function sourceOf(target: string | Readonly<Record<string, string>>): string {
  return typeof target === "string" ? target : (target[`${scope}/source`] ?? "");
}
