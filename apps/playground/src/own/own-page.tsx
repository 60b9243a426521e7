/** @file Data of one's own: dropped here, learned here by a small model, sampled, and taken away as ONNX. */
import { useEffect, useMemo, useState } from "react";
import { FormFields, findsWrong } from "../form/fields.js";
import { startOf } from "../form/form.js";
import { useForms } from "../form/use-forms.js";
import { Equation } from "../shell/equation.js";
import { ErrorText } from "../shell/error-text.js";
import { FileButton } from "../shell/file-button.js";
import { trainingBy, trainingForm } from "../train/form.js";
import { LossChart } from "../train/loss-chart.js";
import { Status } from "../train/status.js";
import { useModels } from "../train/use-models.js";
import { useTraining } from "../train/use-training.js";
import type { Own } from "./own.js";
import { Samples } from "./samples.js";
import "../play/play.css";

const TRAINING = trainingForm({ steps: 1000, batchSize: 32 });

/** What becomes of what. */
const LEARNED = [
  ["Pictures", "PNG, JPEG, WebP or GIF; the middle square of each as 32 × 32 pixels, by a variational autoencoder"],
  ["A table", "CSV with the names of its columns; numbers, categories and gaps, by a neural spline flow"],
  ["Text", "any plain text; character by character, by a small transformer"],
  ["Sounds", "WAV; windows of a quarter of a second, by a variational autoencoder"],
] as const;

/** What may be chosen. */
const ACCEPT = ".png,.jpg,.jpeg,.webp,.gif,.avif,.csv,.tsv,.txt,.md,.json,.wav";

export function OwnPage() {
  const [own, setOwn] = useState<Own>();
  const forms = useMemo(() => ({ "": TRAINING, ...(own && { [own.family.id]: own.family.form }) }), [own]);
  const [{ "": general = {}, ...told }, tell] = useForms(forms);
  const [isReading, setReading] = useState(false);
  const [error, setError] = useState<unknown>();
  const { progress, away, start, pause, resume, stop, goOn, exported } = useTraining();
  const models = useModels();
  const isBusy = progress.state === "opening" || progress.state === "running" || progress.state === "paused";
  const isStill = (progress.state === "paused" || progress.state === "done") && !models.isBusy;
  const look = own === undefined ? undefined : progress.looks.get(own.family.id);
  const losses = own === undefined ? undefined : progress.losses.get(own.family.id);
  const chosen = trainingBy(TRAINING, general, told);
  const { steps, seed, device } = chosen;

  const read = async (files: readonly File[]): Promise<void> => {
    setReading(true);
    setError(undefined);
    try {
      const { openOwn } = await import("./own.js");
      const next = await openOwn(files);
      stop();
      models.forget();
      setOwn(next);
    } catch (cause) {
      setError(cause); // what was there stays
    } finally {
      setReading(false);
    }
  };
  useDropAnywhere((files) => {
    if (!isBusy && !isReading) void read(files);
  });
  const settings = { ...chosen.settings, batch: Math.min(chosen.settings.batch, own?.points.length ?? 1) };
  const load = async (file: File, { family, points }: Own): Promise<void> => {
    const recipe = await models.load(file, { of: "own", families: [family], points, settings });
    if (recipe !== undefined) tell(family.id, { ...startOf(family.form), ...recipe.settings.options?.[family.id] });
  };
  const train = (): void => {
    const { kind, about, points, family } = own!;
    const recipe = { of: "own", kind, settings } as const;
    start({
      families: [family],
      points,
      seed,
      steps,
      device,
      settings,
      from: models.from,
      about: { name: `own-${kind}`, data: about, licence: "that of the data", recipe },
    });
  };

  return (
    <>
      <h1>Train on your own data</h1>
      <p className="lead">
        Drop pictures, a table (CSV), text or sounds (WAV) anywhere on this page. A small model learns them here, in
        this tab: <strong>nothing leaves this machine</strong>. There is no server that could take it; close the tab,
        and it is gone. What the model has learned you may take along as ONNX files.
      </p>
      <div className="settings">
        <FileButton
          label={isReading ? "Reading …" : "Choose files, or drop them here"}
          accept={ACCEPT}
          isMultiple
          disabled={isBusy || isReading}
          onFiles={(files) => void read(files)}
        />
      </div>
      <p className="status" role="status">
        {own === undefined ? "No data yet." : `Found ${own.about}.`}
      </p>
      {error === undefined ? null : <ErrorText error={error} />}
      {own === undefined ? (
        <dl className="learned">
          {LEARNED.map(([what, how]) => (
            <div key={what} className="card">
              <dt>{what}</dt>
              <dd>{how}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <>
          <form
            className="settings"
            aria-label="How it is trained"
            onSubmit={(event) => {
              event.preventDefault();
              if (!findsWrong()) train();
            }}
          >
            <FormFields
              form={TRAINING}
              told={general}
              onChange={(name, value) => tell("", { [name]: value })}
              isLocked={() => isBusy}
            />
            <div className="buttons">
              {isBusy ? (
                <>
                  <button
                    type="button"
                    onClick={progress.state === "paused" ? resume : pause}
                    disabled={progress.state === "opening" || models.isBusy}
                  >
                    {progress.state === "paused" ? "Resume" : "Pause"}
                  </button>
                  <button type="button" onClick={stop}>
                    Stop
                  </button>
                </>
              ) : (
                <button type="submit" className="primary">
                  Train
                </button>
              )}
              <button
                type="button"
                onClick={() => void models.save(own.family.id, exported)}
                disabled={!isStill || look === undefined}
              >
                Export as ONNX
              </button>
              <FileButton
                label="Load a model"
                accept=".zip,.onnx"
                disabled={isBusy || models.isBusy}
                onFiles={([file]) => void load(file!, own)}
              />
            </div>
          </form>
          <Status progress={progress} note={models.note} away={away} goOn={goOn} />
          <div className="play">
            <section className="card">
              <h2>Your data</h2>
              <Samples of="the data" shown={own.shown} rows={own.first} />
            </section>
            <section className="card">
              <h2>
                {own.family.name}
                <small>{own.family.paper}</small>
              </h2>
              <Equation text={own.family.equation} />
              <Samples of="what was learned" shown={own.shown} rows={look?.samples} />
              <LossChart label={own.family.lossLabel} losses={losses ?? NONE} steps={steps} />
              <p className="numbers">
                {look === undefined
                  ? `0 of ${steps} steps`
                  : `${look.steps} of ${steps} steps, ${look.rate.toFixed(0)} steps/s; the curve: ${own.family.lossLabel}`}
              </p>
              <details className="options">
                <summary>Options of the model</summary>
                <FormFields
                  form={own.family.form}
                  told={told[own.family.id] ?? {}}
                  onChange={(name, value) => tell(own.family.id, { [name]: value })}
                  isLocked={() => isBusy}
                  isTold
                />
              </details>
            </section>
          </div>
        </>
      )}
    </>
  );
}

const NONE: readonly number[] = [];

/** Files that are dropped anywhere would open in place of the page. */
function useDropAnywhere(onFiles: (files: readonly File[]) => void): void {
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      if (event.defaultPrevented) return; // a button took it
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) onFiles(files);
    };
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
    };
  }, [onFiles]);
}
