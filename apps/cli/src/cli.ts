/** @file From a command line to a command: help, version, output, Ctrl-C, and what an error looks like. */
import { GenError, isGenError, messageOf } from "@gen/core";
import type { Command } from "./commands/command.js";
import type { Context, World } from "./context.js";
import { INTERRUPTED, interruptible } from "./output/interrupt.js";
import { barOutput, jsonOutput, lineOutput, type Output } from "./output/output.js";
import { Registry } from "./registry.js";
import { hasFlag, parseArgv } from "./schema/argv.js";
import { helpText } from "./schema/help.js";
import { checkNames } from "./schema/resolve.js";
import { mergeSchemas } from "./schema/schema.js";
import { ownVersion } from "./version.js";

/** The error is the user's or the data's. */
export const FAILED = 1;
/** The command line is wrong. */
export const USAGE = 2;

/**
 * Runs one command line.
 *
 * @param argv the words after `gen`
 * @returns the exit code: 0 done, 1 failed, 2 a wrong command line, 130 interrupted
 */
export async function runCli(argv: readonly string[], commands: readonly Command[], world: World): Promise<number> {
  const { terminal } = world;
  const json = hasFlag(argv, "--json");
  try {
    const [name, ...rest] = argv;
    if (hasFlag(argv, "--version", "-v")) {
      const version = ownVersion();
      terminal.out(json ? `${JSON.stringify({ version })}\n` : `${version}\n`);
      return 0;
    }
    if (name === undefined || name === "help" || name.startsWith("-")) {
      const asked = name === undefined || name === "help" || hasFlag(argv, "--help", "-h");
      if (!asked) new Registry("command", commands).get(name, "gen");
      terminal[name === undefined ? "err" : "out"](overview(commands, terminal.columns));
      return name === undefined ? USAGE : 0;
    }
    const command = new Registry("command", commands).get(name, "gen");
    if (hasFlag(rest, "--help", "-h")) {
      terminal.out(await commandHelp(command, rest, world));
      return 0;
    }
    return await runCommand(command, rest, world);
  } catch (error) {
    return fail(error, world, json);
  }
}

async function runCommand(command: Command, argv: readonly string[], world: World): Promise<number> {
  const where = `gen ${command.name}`;
  const schema = mergeSchemas((await command.sections(argv, world)).map((section) => section.schema));
  const call = parseArgv(schema, argv, where);
  checkNames(schema, call.given, where);
  checkPositionals(command, call.positionals, where);
  const output = outputFor(hasFlag(argv, "--json"), world);
  const onStop = (): void => output.say("stopping", {}, "stopping after this step; Ctrl-C again quits at once");
  return interruptible(
    world.signals,
    (signal) => command.run(call, { ...world, output, signal } satisfies Context),
    onStop,
  );
}

function checkPositionals({ positionals }: Command, got: readonly string[], where: string): void {
  const missing = positionals.slice(got.length).find(({ required }) => required);
  if (missing !== undefined) {
    throw new GenError("option", `${where}: expected ${missing.description}, got nothing`, {
      fix: `${where} --help shows how`,
    });
  }
  if (got.length > positionals.length) {
    throw new GenError(
      "option",
      `${where}: expected at most ${positionals.length} words beside the options, got ${got.join(" ")}`,
      {
        fix: `leave out ${got.slice(positionals.length).join(" ")}`,
      },
    );
  }
}

function outputFor(json: boolean, { terminal, clock }: World): Output {
  if (json) return jsonOutput(terminal);
  return terminal.live ? barOutput({ terminal, clock }) : lineOutput({ terminal, clock });
}

/** The page for `gen` alone. */
export function overview(commands: readonly Command[], width: number): string {
  return helpText(
    {
      usage: "gen <command> [options]",
      summary: "Train generative models, look at what they make, and ship them as ONNX.",
      lists: [{ title: "Commands", rows: commands.map(({ name, summary }) => [name, summary] as const) }],
      sections: [],
      examples: ["gen start", "gen train vae --data mnist", "gen <command> --help"],
    },
    width,
  );
}

/** The page for one command. */
export async function commandHelp(command: Command, argv: readonly string[], world: World): Promise<string> {
  const { name, summary, positionals, examples } = command;
  const words = positionals.map((positional) =>
    positional.required ? `<${positional.name}>` : `[${positional.name}]`,
  );
  const own = positionals.map((positional) => [positional.name, positional.description] as const);
  return helpText(
    {
      usage: ["gen", name, ...words, "[options]"].join(" "),
      summary,
      lists: [...(own.length === 0 ? [] : [{ title: "Arguments", rows: own }]), ...(command.lists?.(world) ?? [])],
      sections: await command.sections(argv, world),
      examples,
    },
    world.terminal.columns,
  );
}

/** Says what went wrong, in one line and a fix; an error that is not ours also shows where, as it is a bug. */
function fail(error: unknown, { terminal }: World, json: boolean): number {
  const ours: GenError | undefined = isGenError(error) ? error : undefined;
  const code = ours === undefined ? FAILED : exitCode(ours);
  if (json) {
    const message = messageOf(error).split("\n  fix: ")[0];
    terminal.out(`${JSON.stringify({ event: "error", code: ours?.code ?? "internal", message, fix: ours?.fix })}\n`);
  } else {
    const bug = ours === undefined || ours.code === "internal";
    const detail = bug && error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    terminal.err(`gen: ${detail}\n${bug ? "  This is a bug of gen; please report it.\n" : ""}`);
  }
  return code;
}

function exitCode({ code }: GenError): number {
  if (code === "option") return USAGE;
  return code === "aborted" ? INTERRUPTED : FAILED;
}
