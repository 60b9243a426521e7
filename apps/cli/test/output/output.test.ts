import { describe, expect, it } from "vitest";
import { showBytes, showCount, showDuration, showNumber, showRate } from "../../src/output/format.js";
import { interruptible } from "../../src/output/interrupt.js";
import { barOutput, jsonOutput, lineOutput, type Terminal } from "../../src/output/output.js";
import { renderBar, renderLine } from "../../src/output/progress.js";

const state = { step: 500, steps: 2_000, loss: 103.21, rate: 151.6, secondsLeft: 9.9 };
const plain = { columns: 100, unicode: true, color: false };

/** A terminal that remembers, and a clock that is set by hand. */
function fake(style: Partial<Terminal> = {}) {
  const said = { out: "", err: "" };
  const time = { now: 0 };
  const terminal: Terminal = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    live: true,
    ...plain,
    ...style,
  };
  return { said, time, terminal, clock: () => time.now };
}

describe("numbers", () => {
  it.each([
    [showCount(1234567), "1,234,567"],
    [showCount(12), "12"],
    [showNumber(103.214), "103.2"],
    [showNumber(0.012345), "0.01235"],
    [showNumber(-1.5), "-1.500"],
    [showNumber(12345.6), "12,346"],
    [showNumber(1.2e-7), "1.2e-7"],
    [showNumber(0), "0"],
    [showNumber(NaN), "NaN"],
    [showDuration(59.4), "59 s"],
    [showDuration(80), "1 min 20 s"],
    [showDuration(7500), "2 h 05 min"],
    [showRate(151.6), "152 steps/s"],
    [showRate(2.34), "2.3 steps/s"],
    [showRate(0.16), "6.250 s a step"],
    [showBytes(812_400), "812 kB"],
    [showBytes(2_400_000), "2.4 MB"],
  ])("read %s", (shown, expected) => expect(shown).toBe(expected));
});

describe("progress", () => {
  it("is a bar with loss, time left and rate", () => {
    expect(renderBar(state, plain)).toBe(
      "━━━━━━━━━━──────────────────────────────    500 / 2,000  loss 103.2  10 s left  152 steps/s",
    );
  });

  it("is a bar in ASCII and in colour", () => {
    expect(renderBar(state, { ...plain, unicode: false })).toMatch(/^#{10}-{30} {2}/);
    expect(renderBar(state, { ...plain, color: true })).toContain("\u001b[36m━━━━━━━━━━\u001b[0m");
  });

  it("never fills the line, whatever the width, and drops words before the bar", () => {
    for (let columns = 1; columns < 120; columns++) {
      expect(renderBar(state, { ...plain, columns }).length).toBeLessThan(Math.max(columns, 1));
    }
    expect(renderBar(state, { ...plain, columns: 40 })).toBe("━━━─────────    500 / 2,000  loss 103.2");
  });

  it("is full at the end and empty at the start", () => {
    expect(renderBar({ step: 0, steps: 10 }, plain)).toMatch(/^─{40} {3}0 \/ 10$/);
    expect(renderBar({ step: 10, steps: 10, secondsLeft: 0 }, plain)).toMatch(/^━{40} {2}10 \/ 10$/);
    expect(renderBar({ step: 0, steps: 0 }, plain)).toMatch(/^━{40} /);
  });

  it("is a plain line for a log", () => {
    expect(renderLine(state)).toBe("  500 / 2,000, loss 103.2, 10 s left, 152 steps/s");
  });
});

describe("output on a terminal", () => {
  it("redraws the bar at most every 80 ms, and what is said stands above it", () => {
    const { said, time, terminal, clock } = fake();
    const output = barOutput({ terminal, clock });
    output.progress({ step: 1, steps: 3 });
    time.now = 10;
    output.progress({ step: 2, steps: 3 });
    output.say("note", {}, "hello");
    time.now = 100;
    output.progress({ step: 3, steps: 3 });
    output.result({}, "done");
    const [empty, third] = ["─".repeat(40), "━".repeat(13) + "─".repeat(27)];
    expect(empty).toHaveLength(40);
    expect(said.err).toBe(
      `\r\u001b[2K${third}  1 / 3` + `\r\u001b[2Khello\n${third}  1 / 3` + `\r\u001b[2K${"━".repeat(40)}  3 / 3\n`,
    );
    expect(said.out).toBe("done\n");
  });
});

describe("output in a pipe", () => {
  it("is a line every five seconds, and the last", () => {
    const { said, time, terminal, clock } = fake({ live: false });
    const output = lineOutput({ terminal, clock });
    for (const [now, step] of [
      [0, 1],
      [4_999, 2],
      [5_000, 3],
      [5_001, 4],
    ] as const) {
      time.now = now;
      output.progress({ step, steps: 4 });
    }
    expect(said.err).toBe("1 / 4\n3 / 4\n4 / 4\n");
  });
});

describe("output for machines", () => {
  it("is one JSON object a line, with nothing else", () => {
    const { said, terminal } = fake();
    const output = jsonOutput(terminal);
    output.progress(state);
    output.say("checkpoint", { path: "a" }, "saved");
    output.result({ loss: NaN }, "done");
    expect(said.err).toBe("");
    expect(
      said.out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { event: "progress", ...state },
      { event: "checkpoint", path: "a" },
      { event: "result", loss: "NaN" },
    ]);
  });
});

describe("Ctrl-C", () => {
  it("asks once, then quits", async () => {
    const listeners = new Set<() => void>();
    const exits: number[] = [];
    let heard = 0;
    const signals = {
      on: (_signal: string, listener: () => void) => listeners.add(listener),
      off: (_signal: string, listener: () => void) => listeners.delete(listener),
      exit: (code: number) => void exits.push(code),
    };
    const press = () => listeners.forEach((listener) => listener());
    await interruptible(
      signals,
      async (signal) => {
        expect(signal.aborted).toBe(false);
        press();
        expect(signal.aborted).toBe(true);
        expect([heard, exits]).toEqual([1, []]);
        press();
      },
      () => heard++,
    );
    expect([heard, exits, listeners.size]).toEqual([1, [130], 0]);
  });
});
