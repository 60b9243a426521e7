/**
 * @file How a side is driven. Each side is a process of its own that lives as long as its comparison; one JSON request
 * per line on its stdin, one JSON reply per line on its stdout. The first request makes the side build its model and is
 * the warm-up; every request goes on training where the one before stopped.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export interface Request {
  readonly work: string;
  /** Steps to run, and to time: of training, of sampling, or of decoding. */
  readonly steps: number;
  readonly threads: number;
  /** Where the fixture of the work is (`fixtures.ts`); empty for works that have none. */
  readonly folder: string;
}

export interface Reply {
  /** Wall time of the steps alone. */
  readonly seconds: number;
  readonly steps: number;
  /** The loss of each step; of samples, a number of each step that tells whether they are the same or alike. */
  readonly losses: readonly number[];
  /** Resident memory in MiB, early and late, for the work that watches it. */
  readonly resident?: readonly [early: number, late: number];
  /** Name and version of what ran. */
  readonly version: string;
}

/** Answers requests on stdin until it closes: the main function of a side. `start` is called by the first request. */
export async function serve(version: string, start: Start): Promise<void> {
  let work: Work | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    work ??= await start(request);
    const begin = performance.now();
    const losses = await work.run(request.steps);
    const seconds = (performance.now() - begin) / 1000;
    const resident = work.resident?.();
    const reply: Reply = { seconds, steps: request.steps, losses, version, ...(resident && { resident }) };
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(); // Nobody asks any more; threads of a runtime would keep the process alive.
}

/** Builds the model of a work. */
export type Start = (first: Request) => Promise<Work>;

export interface Work {
  /** Takes some steps and returns the loss of each, or what stands for it. */
  run(steps: number): Promise<number[]>;
  /** What the last run has seen, for {@link Reply.resident}. */
  resident?(): readonly [number, number];
}

/** The runner's end of a side. */
export class Side {
  readonly #child: ChildProcess;
  readonly #replies: AsyncIterator<string>;
  #complaints = "";

  constructor(command: readonly string[], folder: string) {
    const [file, ...args] = command;
    this.#child = spawn(file!, args, { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr!.on(
      "data",
      (text: Buffer) => (this.#complaints = (this.#complaints + text.toString()).slice(-2000)),
    );
    this.#child.stdin!.on("error", () => undefined); // A side that died is reported by the reply that never comes.
    this.#replies = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async ask(request: Request): Promise<Reply> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    for (;;) {
      const { value, done } = await this.#replies.next();
      if (done) throw new Error(`the process ended without a reply: ${lastLine(this.#complaints)}`);
      // Libraries print greetings; a reply is the first line that is a JSON object.
      if (value.startsWith("{")) return JSON.parse(value) as Reply;
    }
  }

  close(): void {
    this.#child.stdin!.end();
    setTimeout(() => this.#child.kill(), 2000).unref();
  }
}

function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "";
}
