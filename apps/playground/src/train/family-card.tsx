/** @file One family: its samples over its density, its loss, and how fast it goes. */
import { FormFields } from "../form/fields.js";
import type { Told } from "../form/form.js";
import { PlaneView } from "../plane/plane-view.js";
import { Equation } from "../shell/equation.js";
import { Link } from "../shell/link.js";
import type { Family } from "./course.js";
import { LossChart } from "./loss-chart.js";
import type { Look } from "./training.js";

export interface FamilyCardProps {
  readonly family: Family;
  readonly look: Look | undefined;
  readonly losses: readonly number[] | undefined;
  /** Steps in all. */
  readonly steps: number;
  /** What was set of it. */
  readonly told: Told;
  readonly onTell: (name: string, value: unknown) => void;
  readonly isBusy: boolean;
  /** Not while it trains. */
  readonly onExport?: () => void;
}

const NONE: readonly number[] = [];

export function FamilyCard({ family, look, losses = NONE, steps, told, onTell, isBusy, onExport }: FamilyCardProps) {
  const { id, name, equation, paper, lossLabel, densityLabel, form } = family;
  return (
    <section className="card" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {name}
        <small>{paper}</small>
      </h2>
      <Equation text={equation} />
      <div>
        <PlaneView
          label={look === undefined ? `${name}: nothing learned yet` : `${name}: 600 samples after ${look.steps} steps`}
          points={look?.samples ?? NONE}
          {...(look?.logDensity !== undefined && { logDensity: look.logDensity })}
        />
      </div>
      <LossChart label={lossLabel} losses={losses} steps={steps} />
      <p className="numbers">
        {look === undefined
          ? `0 of ${steps} steps`
          : `${look.steps} of ${steps} steps, ${look.rate.toFixed(0)} steps/s, ${lossLabel}: ${recent(losses).toFixed(3)}`}
        <br />
        {densityLabel === undefined ? "no density: only samples" : `shade: density, ${densityLabel}`}
      </p>
      <div className="buttons within">
        <button type="button" onClick={onExport} disabled={onExport === undefined || look === undefined}>
          Export <span className="unseen">the {name} as ONNX</span>
        </button>
        <Link page="understand" with={{ family: id }}>
          Inside <span className="unseen">the {name}: its graph and its code</span>
        </Link>
      </div>
      <details className="options">
        <summary>
          Options <span className="unseen">of the {name}</span>
        </summary>
        <FormFields {...{ form, told }} onChange={onTell} isLocked={() => isBusy} isTold />
      </details>
    </section>
  );
}

/** Mean of the last losses. */
function recent(losses: readonly number[]): number {
  const last = losses.slice(-50);
  return last.reduce((a, b) => a + b, 0) / Math.max(1, last.length);
}
