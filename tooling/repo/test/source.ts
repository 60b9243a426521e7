/** @file Reads the workspaces: their manifests, their sources, and who imports whom. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly packageManager?: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export interface Source {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Module specifiers as written. */
  readonly imports: readonly string[];
}

export interface Workspace {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly sources: readonly Source[];
}

const IMPORT =
  /^(?:import|export)\b[^;"']*?\bfrom\s+["']([^"']+)["']|^import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

/** The workspaces in `group` (a folder of the root), with the files below their `src`. */
export function workspaces(group: string): Workspace[] {
  return readdirSync(join(root, group))
    .map((name) => `${group}/${name}`)
    .filter((directory) => existsSync(join(root, directory, "package.json")))
    .map((directory) => ({
      directory,
      manifest: readJson(`${directory}/package.json`) as Manifest,
      sources: filesBelow(`${directory}/src`)
        .filter((path) => /\.m?[jt]sx?$/.test(path))
        .map(readSource),
    }));
}

function filesBelow(directory: string): string[] {
  if (!existsSync(join(root, directory))) return [];
  return readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const imports = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  return { path, text, imports };
}

/** The path of the source that `specifier` in `from` means, if it is a relative one. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(root, resolve(root, dirname(from), specifier))
    .replaceAll("\\", "/")
    .replace(/\.js$/, ".ts");
}

/** The source `entry` and all that it imports, directly or not, from its own workspace. */
export function reach(entry: string, { sources }: Workspace): Source[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<Source>();
  const visit = (path: string) => {
    const source = byPath.get(path);
    if (source === undefined || reached.has(source)) return;
    reached.add(source);
    for (const specifier of source.imports) visit(resolveRelative(path, specifier) ?? "");
  };
  visit(entry);
  return [...reached];
}

/** What git tracks or would track; undefined where there is no git. */
export function trackedFiles(): string[] | undefined {
  try {
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const listed = execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  } catch {
    return undefined;
  }
}

export function sizeOf(path: string): number {
  return statSync(join(root, path)).size;
}

/** The text of a file, or undefined if it is binary. */
export function textOf(path: string): string | undefined {
  const bytes = readFileSync(join(root, path));
  return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString("utf8");
}
