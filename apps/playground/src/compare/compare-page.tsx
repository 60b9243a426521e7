/** @file What was measured: beside the papers, beside the data, and one point under every family. */
import { useMemo } from "react";
import { Choice } from "../shell/choice.js";
import { useAddress } from "../url-state.js";
import { IntervalChart } from "./interval-chart.js";
import { PointPanel } from "./point-panel.js";
import { METRICS, ratios, ROWS, SAMPLES, SETS, standings, type MetricName } from "./results.js";

const CHOICES = {
  set: Object.keys(SETS) as [string, ...string[]],
  metric: Object.keys(METRICS) as [MetricName, ...MetricName[]],
} as const;
const TITLES = Object.fromEntries(Object.entries(METRICS).map(([name, { title }]) => [name, title]));

export function ComparePage() {
  const [{ set, metric }, choose] = useAddress(CHOICES);
  const beside = useMemo(() => ratios(ROWS), []);
  const rows = useMemo(() => standings(set, metric), [set, metric]);
  return (
    <>
      <h1>Compare what was measured</h1>
      <section aria-labelledby="papers">
        <h2 id="papers">Beside the papers</h2>
        <p className="lead">
          Each number of a paper that was reached for, and what our own training gave on the same split: 1 is the
          paper’s number, above the line is better. Bars are 95 % intervals.
        </p>
        <IntervalChart label="Ratio to the paper’s number, row by row; the table has them" rows={beside} line={1} />
        <div className="scrolled" tabIndex={0} role="region" aria-label="Table of results">
          <table>
            <thead>
              <tr>
                <th scope="col">row</th>
                <th scope="col">ours</th>
                <th scope="col">target</th>
                <th scope="col">unit</th>
                <th scope="col">beside</th>
                <th scope="col">date</th>
              </tr>
            </thead>
            <tbody>
              {ROWS.map(({ id, ours, standardError, target, unit, better, paper, date }) => (
                <tr key={id}>
                  <th scope="row">{id}</th>
                  <td className="nowrap">
                    {ours.toPrecision(4)} ± {(1.96 * standardError).toPrecision(2)}
                  </td>
                  <td>{target === undefined ? "" : `${better === "lower" ? "≤" : "≥"} ${target}`}</td>
                  <td>{unit}</td>
                  <td>{paper}</td>
                  <td>{date}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section aria-labelledby="samples">
        <h2 id="samples">Samples beside the data</h2>
        <p className="lead">
          {SAMPLES} samples of each model beside as many rows of the data, in the features of one classifier. The dashed
          line is what other rows of the data get. {METRICS[metric].title}: {METRICS[metric].says}.
        </p>
        <form className="settings" aria-label="Which samples">
          <Choice label="Data" value={set} options={CHOICES.set} onChange={(v) => choose({ set: v })} />
          <Choice
            label="Metric"
            value={metric}
            options={CHOICES.metric}
            titles={TITLES}
            onChange={(v) => choose({ metric: v })}
          />
        </form>
        <IntervalChart
          label={`${METRICS[metric].title} of each model of ${set}`}
          rows={rows}
          line={rows[0]?.value ?? 0}
        />
        <ul className="values">
          {rows.map(({ name, value, low, high }) => (
            <li key={name}>
              {name}: {value.toPrecision(3)} ({low.toPrecision(3)} to {high.toPrecision(3)})
            </li>
          ))}
        </ul>
      </section>
      <PointPanel />
    </>
  );
}
