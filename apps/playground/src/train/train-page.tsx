/** @file Five ways to learn one density: families side by side, in the same steps, on the same rows. */
import { useState } from "react";
import { useAddress } from "../url-state.js";
import { Choice } from "./choice.js";
import { SHAPES, TITLES } from "./densities.js";
import { DataCard } from "./data-card.js";
import { FAMILIES } from "./families.js";
import { FamilyCard } from "./family-card.js";
import { useTraining, type Plan, type Progress } from "./use-training.js";

const CHOICES = {
  shape: SHAPES,
  steps: ["1500", "500", "4000"],
  batch: ["256", "128", "512"],
  rate: ["0.002", "0.0005", "0.001", "0.005"],
  seed: ["0", "1", "2", "3"],
  device: ["auto", "wasm", "webgpu"],
} as const;

export function TrainPage() {
  const [chosen, choose] = useAddress(CHOICES);
  const [strokes, setStrokes] = useState<readonly number[]>([]);
  const { progress, start, pause, resume, stop } = useTraining();
  const { shape, seed } = chosen;
  const isBusy = progress.state === "opening" || progress.state === "running" || progress.state === "paused";

  const begin = (): void => {
    const settings = { learningRate: Number(chosen.rate), batch: Number(chosen.batch) };
    const { device, steps } = chosen;
    start({ shape, strokes, seed: Number(seed), steps: Number(steps), device, settings } satisfies Plan);
  };
  const titles: Readonly<Record<string, string>> = TITLES;

  return (
    <>
      <h1>Train five families on one density</h1>
      <p className="lead">
        The same steps, on the same rows. Every step of training is an ONNX graph, run here by ONNX Runtime.
      </p>
      <form
        className="settings"
        aria-label="What is trained"
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <Choice
          label="Density"
          value={shape}
          options={CHOICES.shape}
          titles={titles}
          onChange={(v) => choose({ shape: v })}
          disabled={isBusy}
        />
        <Choice
          label="Steps"
          value={chosen.steps}
          options={CHOICES.steps}
          onChange={(v) => choose({ steps: v })}
          disabled={isBusy}
        />
        <Choice
          label="Batch"
          value={chosen.batch}
          options={CHOICES.batch}
          onChange={(v) => choose({ batch: v })}
          disabled={isBusy}
        />
        <Choice
          label="Learning rate"
          value={chosen.rate}
          options={CHOICES.rate}
          onChange={(v) => choose({ rate: v })}
          disabled={isBusy}
        />
        <Choice
          label="Seed"
          value={seed}
          options={CHOICES.seed}
          onChange={(v) => choose({ seed: v })}
          disabled={isBusy}
        />
        <Choice
          label="Device"
          value={chosen.device}
          options={CHOICES.device}
          onChange={(v) => choose({ device: v })}
          disabled={isBusy}
        />
        <div className="buttons">
          {isBusy ? (
            <>
              {progress.state === "paused" ? (
                <button type="button" onClick={resume}>
                  Resume
                </button>
              ) : (
                <button type="button" onClick={pause} disabled={progress.state === "opening"}>
                  Pause
                </button>
              )}
              <button type="button" onClick={stop}>
                Stop
              </button>
            </>
          ) : (
            <button type="submit" className="primary" disabled={shape === "drawn" && strokes.length === 0}>
              Train
            </button>
          )}
        </div>
      </form>
      <Status progress={progress} />
      <div className="cards">
        <DataCard shape={shape} seed={Number(seed)} strokes={strokes} onDraw={setStrokes} isLocked={isBusy} />
        {FAMILIES.map((family) => (
          <FamilyCard
            key={family.id}
            family={family}
            look={progress.looks.get(family.id)}
            losses={progress.losses.get(family.id)}
            steps={Number(chosen.steps)}
          />
        ))}
      </div>
    </>
  );
}

const SAYS = {
  idle: "Choose a density and press Train. The engine, 4 MB, is fetched when it is first needed.",
  opening: "Fetching and starting ONNX Runtime …",
  running: "Training on",
  paused: "Paused, on",
  done: "Trained on",
  failed: "It stopped.",
} as const;

function Status({ progress: { state, device = "", error } }: { readonly progress: Progress }) {
  return (
    <>
      <p className="status" role="status">
        {SAYS[state]} {state === "running" || state === "paused" || state === "done" ? device : ""}
      </p>
      {error === undefined ? null : (
        <pre className="error" role="alert">
          {error}
        </pre>
      )}
    </>
  );
}
