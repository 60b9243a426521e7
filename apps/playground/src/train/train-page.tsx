/** @file Five ways to learn one density: families side by side, in the same steps, on the same rows. */
import { useState } from "react";
import { FileButton } from "../shell/file-button.js";
import { useAddress } from "../url-state.js";
import { Choice } from "../shell/choice.js";
import type { Settings } from "./course.js";
import { DataCard } from "./data-card.js";
import { cloud, SHAPES, TITLES } from "./densities.js";
import { aboutPlane } from "./about.js";
import { FAMILIES } from "./families.js";
import { FamilyCard } from "./family-card.js";
import { Status } from "./status.js";
import { useModels } from "./use-models.js";
import { useTraining } from "./use-training.js";

const CHOICES = {
  shape: SHAPES,
  steps: ["1500", "500", "4000"],
  batch: ["256", "128", "512"],
  rate: ["0.002", "0.0005", "0.001", "0.005"],
  seed: ["0", "1", "2", "3"],
  device: ["auto", "wasm", "webgpu"],
} as const;
const LABELS = {
  shape: "Density",
  steps: "Steps",
  batch: "Batch",
  rate: "Learning rate",
  seed: "Seed",
  device: "Device",
} as const;
type Name = keyof typeof CHOICES;
const NAMES = Object.keys(CHOICES) as Name[];
/** What may change while it trains. */
const LIVE: ReadonlySet<Name> = new Set(["batch", "rate"]);

export function TrainPage() {
  const [chosen, choose] = useAddress(CHOICES);
  const [strokes, setStrokes] = useState<readonly number[]>([]);
  const { progress, away, start, pause, resume, stop, goOn, change, exported } = useTraining();
  const models = useModels();
  const { shape, seed, steps, device } = chosen;
  const isBusy = progress.state === "opening" || progress.state === "running" || progress.state === "paused";
  const isStill = (progress.state === "paused" || progress.state === "done") && !models.isBusy;
  const settings: Settings = { learningRate: Number(chosen.rate), batch: Number(chosen.batch) };

  const set = (name: Name, value: string): void => {
    choose({ [name]: value });
    if (name === "rate") change({ ...settings, learningRate: Number(value) });
    if (name === "batch") change({ ...settings, batch: Number(value) });
  };
  const load = async (file: File): Promise<void> => {
    const points = cloud("moons", 0, []);
    const recipe = await models.load(file, { of: "plane", families: FAMILIES, points, settings });
    if (recipe?.of === "plane") choose({ shape: recipe.shape, seed: String(recipe.seed) as typeof seed });
  };

  return (
    <>
      <h1>Train five families on one density</h1>
      <p className="lead">
        The same steps, on the same rows. Every step of training is an ONNX graph, run here by ONNX Runtime. Batch and
        learning rate may change while it runs.
      </p>
      <form
        className="settings"
        aria-label="What is trained"
        onSubmit={(event) => {
          event.preventDefault();
          const [points, about] = [
            cloud(shape, Number(seed), strokes),
            aboutPlane({ shape, seed: Number(seed), settings }),
          ];
          const plan = { families: FAMILIES, points, seed: Number(seed), steps: Number(steps), device, settings };
          start({ ...plan, about, from: models.from });
        }}
      >
        {NAMES.map((name) => (
          <Choice
            key={name}
            label={LABELS[name]}
            value={chosen[name]}
            options={CHOICES[name] as readonly string[]}
            titles={TITLES}
            onChange={(value) => set(name, value)}
            disabled={isBusy && !LIVE.has(name)}
          />
        ))}
        <div className="buttons">
          {isBusy ? (
            <>
              {progress.state === "paused" ? (
                <button type="button" onClick={resume} disabled={models.isBusy}>
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
          <FileButton
            label="Load a model"
            accept=".zip,.onnx"
            disabled={isBusy || models.isBusy}
            onFiles={([file]) => void load(file!)}
          />
        </div>
      </form>
      <Status progress={progress} note={models.note} away={away} goOn={goOn} />
      <div className="cards">
        <DataCard shape={shape} seed={Number(seed)} strokes={strokes} onDraw={setStrokes} isLocked={isBusy} />
        {FAMILIES.map((family) => (
          <FamilyCard
            key={family.id}
            family={family}
            look={progress.looks.get(family.id)}
            losses={progress.losses.get(family.id)}
            steps={Number(steps)}
            {...(isStill && { onExport: () => void models.save(family.id, exported) })}
          />
        ))}
      </div>
    </>
  );
}
