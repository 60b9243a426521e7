/**
 * @file The folder of a run:
 *
 *     config.json      everything needed to repeat it
 *     metrics.jsonl    what was measured
 *     checkpoints/     where to go on from
 *     samples/         pictures and animations, named by what and by step; sounds, by what and number
 *     model/           the export
 *     curves.json      what was measured of the trained model, over something else than steps
 *     comparison.json  what gen eval found beside data
 *     report.html      all of it to look at
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { GenError, isGenError } from "@gen/core";
import { fileError, writeAtomic } from "@gen/core/node";
import { parseConfig, type Config } from "../schema/config.js";
import { naming } from "./files.js";
import { MetricsLog, parseMetrics, type Metrics } from "./metrics-log.js";

const CONFIG = "config.json";
const METRICS = "metrics.jsonl";
const SAMPLES = "samples";
const CURVES = "curves.json";
const COMPARISON = "comparison.json";
/** All that a run writes; nothing else in the folder is ever removed. */
const OWN = [CONFIG, METRICS, SAMPLES, "checkpoints", "model", CURVES, COMPARISON, "report.html"];

/** What a crash leaves of a file that was being written. */
const TORN = /^\..*\.tmp$/;

/** A picture of a run: `samples/walk-001200.png` is the walk after 1,200 steps. */
export interface PictureFile {
  readonly name: string;
  readonly step: number;
  readonly path: string;
}

export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * A new run.
   *
   * @param options.overwrite removes a run that is already there.
   * @throws GenError `file` if there is something else, or a run and no `overwrite`, or the folder cannot be made.
   */
  static async create(
    path: string,
    config: Config,
    { overwrite }: { readonly overwrite: boolean },
  ): Promise<RunFolder> {
    const there = existsSync(path) ? naming("cannot read", path, () => readdirSync(path)) : [];
    const taken = there.filter((name) => !TORN.test(name));
    const isRun = taken.includes(CONFIG);
    if (taken.length > 0 && !(isRun && overwrite)) {
      throw new GenError(
        "file",
        `${show(path)}: expected a new or empty folder, got one with ${taken.length} entries`,
        {
          fix: isRun
            ? `give the run another --name, go on with: gen resume ${show(path)}, or add --overwrite`
            : "give the run another --name",
        },
      );
    }
    const folder = new RunFolder(path);
    try {
      // A crash in between leaves either a run that may be overwritten, or one that may be resumed.
      for (const name of taken)
        if (OWN.includes(name) && name !== CONFIG) await rm(join(path, name), { recursive: true });
      await folder.writeConfig(config);
      for (const inner of [folder.samples, folder.checkpoints]) await mkdir(inner, { recursive: true });
    } catch (cause) {
      throw isGenError(cause) ? cause : fileError("cannot write", path, cause);
    }
    return folder;
  }

  /** A run that is there. @throws GenError `file` if it is not one, with the nearest that are. */
  static open(path: string): RunFolder {
    if (existsSync(join(path, CONFIG))) return new RunFolder(path);
    const got = existsSync(path) ? `a place without ${CONFIG}` : "nothing there";
    const others = runsIn(resolve(path, ".."));
    throw new GenError("file", `${show(path)}: expected the folder of a run, got ${got}`, {
      fix:
        others.length === 0
          ? "train one: gen train vae --data glyphs"
          : `there are: ${others.slice(0, 5).map(show).join(", ")}`,
    });
  }

  /** How to name the folder in a sentence or a command: relative to where one is, where that is shorter. */
  get shown(): string {
    return show(this.path);
  }

  get config(): Config {
    const path = join(this.path, CONFIG);
    return parseConfig(
      naming("cannot read", path, () => readFileSync(path, "utf8")),
      show(path),
    );
  }

  /** @throws GenError `file`; the old config is then still there. */
  async writeConfig(config: Config): Promise<void> {
    await writeAtomic(join(this.path, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
  }

  get checkpoints(): string {
    return join(this.path, "checkpoints");
  }

  /** Was any checkpoint ever completed, valid or not? */
  get hasCheckpoints(): boolean {
    return existsSync(this.checkpoints) && readdirSync(this.checkpoints).some((name) => /^\d+\.json$/.test(name));
  }

  get samples(): string {
    return join(this.path, SAMPLES);
  }

  get model(): string {
    return join(this.path, "model");
  }

  get curves(): string {
    return join(this.path, CURVES);
  }

  get comparison(): string {
    return join(this.path, COMPARISON);
  }

  get report(): string {
    return join(this.path, "report.html");
  }

  get metrics(): readonly Metrics[] {
    const path = join(this.path, METRICS);
    return existsSync(path) ? parseMetrics(naming("cannot read", path, () => readFileSync(path, "utf8"))) : [];
  }

  /** Opens the log for writing. @param fromStep steps done so far; later lines are cut off. */
  openMetrics(fromStep: number): MetricsLog {
    return new MetricsLog(join(this.path, METRICS), fromStep);
  }

  /** Where a picture goes. @param step steps done. */
  picturePath(name: string, step: number, ending: "png" | "gif" = "png"): string {
    return join(this.samples, `${name}-${String(step).padStart(7, "0")}.${ending}`);
  }

  /** The pictures there are, by name, the oldest of each first. */
  pictures(): Map<string, PictureFile[]> {
    const names = existsSync(this.samples) ? readdirSync(this.samples).sort() : [];
    const groups = new Map<string, PictureFile[]>();
    for (const file of names) {
      const [, name, step] = /^(.+)-(\d{7,})\.(?:png|gif)$/.exec(file) ?? [];
      if (name === undefined) continue;
      groups.set(name, [...(groups.get(name) ?? []), { name, step: Number(step), path: join(this.samples, file) }]);
    }
    return groups;
  }

  /** Where a sound goes. @param number from 1 on */
  soundPath(name: string, number: number): string {
    return join(this.samples, `${name}-${number}.wav`);
  }

  /** Paths of the sounds there are, by name, in their order. */
  sounds(): Map<string, string[]> {
    const names = existsSync(this.samples) ? readdirSync(this.samples) : [];
    const found = names.flatMap((file) => {
      const [, name, number] = /^(.+)-(\d+)\.wav$/.exec(file) ?? [];
      return name === undefined ? [] : [{ name, number: Number(number), path: join(this.samples, file) }];
    });
    const groups = new Map<string, string[]>();
    for (const { name, path } of found.sort((a, b) => a.number - b.number))
      groups.set(name, [...(groups.get(name) ?? []), path]);
    return groups;
  }

  /** The bytes of one of its files. */
  read(path: string): Uint8Array {
    return naming("cannot read", path, () => readFileSync(path));
  }
}

/** `vae-glyphs-20260114-093012`. */
export function defaultName(family: string, data: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${family}-${basename(data).replace(/[^A-Za-z0-9]+/g, "-")}-${stamp}`.toLowerCase();
}

/** @throws GenError `option` for a name that would leave the folder of runs. */
export function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new GenError("option", `--name: expected letters, digits, dots, hyphens and underscores, got ${name}`, {
      fix: "use --runs for the folder that the run's own goes into",
    });
  }
}

/** The runs in a folder, newest name last. */
export function runsIn(path: string): string[] {
  if (!existsSync(path)) return [];
  return naming("cannot read", path, () => readdirSync(path, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && existsSync(join(path, entry.name, CONFIG)))
    .map((entry) => join(path, entry.name))
    .sort();
}

function show(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.length < path.length && !short.startsWith("..") ? short : path;
}
