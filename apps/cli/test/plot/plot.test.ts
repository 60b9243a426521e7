import { describe, expect, it } from "vitest";
import { lineChart } from "../../src/plot/line-chart.js";
import { interestingRange, thin } from "../../src/plot/series.js";
import { tickLabels, ticks } from "../../src/plot/ticks.js";

describe("ticks", () => {
  it.each([
    [0, 2000, 8, ["0", "500", "1,000", "1,500", "2,000"]],
    [0.19, 0.271, 5, ["0.20", "0.22", "0.24", "0.26"]],
    [-0.4, 0.4, 4, ["-0.4", "-0.2", "0.0", "0.2", "0.4"]],
    [0, 1e-5, 2, ["0.000000", "0.000005", "0.000010"]],
    [99_000, 101_000, 4, ["99,000", "99,500", "100,000", "100,500", "101,000"]],
    [3, 3, 5, ["3"]],
  ])("from %d to %d", (low, high, count, labels) => {
    expect(tickLabels(ticks(low, high, count))).toEqual(labels);
  });
});

describe("a curve", () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({ x: i + 1, y: i % 2 }));

  it("is thinned to buckets that keep mean, lowest and highest", () => {
    expect(thin(points, 10)[0]).toEqual({ x: 50.5, y: 0.5, low: 0, high: 1 });
    expect(thin(points, 10)).toHaveLength(10);
    expect(thin(points.slice(0, 3), 10).map(({ y }) => y)).toEqual([0, 1, 0]);
    expect(thin([], 10)).toEqual([]);
    expect(thin([{ x: 1, y: NaN }], 10)).toEqual([]);
  });

  it("is not squeezed flat by its first steps", () => {
    const loss = Array.from({ length: 100 }, (_, i) => (i < 3 ? 1e6 : 100 - i / 10));
    const [low, high] = interestingRange(loss);
    expect(low).toBeGreaterThan(80);
    expect(high).toBeLessThan(110);
    expect(interestingRange([1, 1])).toEqual([0.9, 1.1]);
    expect(interestingRange([])).toEqual([0 - 0, 1]);
  });
});

describe("a line chart", () => {
  const chart = lineChart({
    title: "Loss <over> steps",
    xLabel: "steps",
    yLabel: "Loss (nats)",
    series: [
      {
        label: "training",
        points: [
          { x: 1, y: 3 },
          { x: 2, y: 2 },
          { x: 4, y: 1 },
        ],
      },
      {
        label: "held out",
        dots: true,
        points: [
          { x: 2, y: 2.5 },
          { x: 4, y: 1.5 },
        ],
      },
    ],
  });

  it("draws every series, with a legend and a name for screen readers", () => {
    expect(chart.match(/class="line" d="M/g)).toHaveLength(2);
    expect(chart.match(/class="dot"/g)).toHaveLength(2);
    expect(chart).toContain('role="img" aria-label="Loss &lt;over&gt; steps"');
    expect(chart).toContain(">held out</text>");
  });

  it("draws the same text for the same points", () => {
    expect(chart).toMatchSnapshot();
  });

  it("draws its axes where there is nothing else", () => {
    const empty = lineChart({ title: "a", xLabel: "x", yLabel: "y", series: [{ label: "none", points: [] }] });
    expect(empty).toContain('class="axis"');
    expect(empty).not.toContain("NaN");
    expect(empty).not.toContain("Infinity");
  });
});
