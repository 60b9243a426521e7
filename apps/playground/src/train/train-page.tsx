/** @file Five ways to learn one density: families side by side, in the same steps, on the same rows. */
import { useMemo } from "react";
import { FormFields, findsWrong } from "../form/fields.js";
import { startOf } from "../form/form.js";
import { useForms } from "../form/use-forms.js";
import { pointsCode, pointsOf, pointsSetting } from "../link-codes.js";
import { REACH } from "../plane/plane.js";
import { Choice } from "../shell/choice.js";
import { FileButton } from "../shell/file-button.js";
import { useAddress } from "../url-state.js";
import { DataCard } from "./data-card.js";
import { cloud, SHAPES, TITLES } from "./densities.js";
import { aboutPlane } from "./about.js";
import { FAMILIES } from "./families.js";
import { FamilyCard } from "./family-card.js";
import { isLive, trainingBy, trainingForm } from "./form.js";
import { Status } from "./status.js";
import { useModels } from "./use-models.js";
import { useTraining } from "./use-training.js";

const ADDRESS = {
  shape: SHAPES,
  strokes: pointsSetting(REACH),
  learns: ["all", ...FAMILIES.map(({ id }) => id)],
} as const;
const LEARNS = { all: "all five", ...Object.fromEntries(FAMILIES.map(({ id, name }) => [id, name])) };
const TRAINING = trainingForm({ steps: 1500, batchSize: 256 });
/** Of all families together, and of each. */
const FORMS = { "": TRAINING, ...Object.fromEntries(FAMILIES.map(({ id, form }) => [id, form])) };

const NOTHING = {};

export function TrainPage() {
  const [{ shape, strokes: code, learns }, choose] = useAddress(ADDRESS);
  const families = learns === "all" ? FAMILIES : FAMILIES.filter(({ id }) => id === learns);
  const strokes = useMemo(() => pointsOf(code, REACH)!, [code]);
  const [{ "": general = {}, ...told }, tell] = useForms(FORMS);
  const { progress, away, start, pause, resume, stop, goOn, change, exported } = useTraining();
  const models = useModels();
  const { steps, seed, device, settings } = trainingBy(TRAINING, general, told);
  const isBusy = progress.state === "opening" || progress.state === "running" || progress.state === "paused";
  const isStill = (progress.state === "paused" || progress.state === "done") && !models.isBusy;

  const set = (name: string, value: unknown): void => {
    tell("", { [name]: value });
    if (isLive(name)) change(trainingBy(TRAINING, { ...general, [name]: value }, told).settings);
  };
  const load = async (file: File): Promise<void> => {
    const points = cloud("moons", 0, []);
    const recipe = await models.load(file, { of: "plane", families: FAMILIES, points, settings });
    if (recipe?.of !== "plane") return;
    choose({ shape: recipe.shape });
    tell("", { seed: recipe.seed });
    for (const { id, form } of FAMILIES) {
      const options = recipe.settings.options?.[id];
      if (options !== undefined) tell(id, { ...startOf(form), ...options });
    }
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
          if (findsWrong()) return;
          const [points, about] = [cloud(shape, seed, strokes), aboutPlane({ shape, seed, settings })];
          start({ families, points, seed, steps, device, settings, about, from: models.from });
        }}
      >
        <Choice
          label="Density"
          value={shape}
          options={SHAPES}
          titles={TITLES}
          onChange={(value) => choose({ shape: value })}
          disabled={isBusy}
        />
        <Choice
          label="Families"
          value={learns}
          options={ADDRESS.learns}
          titles={LEARNS}
          onChange={(value) => choose({ learns: value })}
          disabled={isBusy}
        />
        <FormFields form={TRAINING} told={general} onChange={set} isLocked={(name) => isBusy && !isLive(name)} />
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
        <DataCard
          shape={shape}
          seed={seed}
          strokes={strokes}
          onDraw={(points) => choose({ strokes: pointsCode(points, REACH) })}
          isLocked={isBusy}
        />
        {FAMILIES.map((family) => (
          <FamilyCard
            key={family.id}
            family={family}
            look={progress.looks.get(family.id)}
            losses={progress.losses.get(family.id)}
            steps={steps}
            told={told[family.id] ?? NOTHING}
            onTell={(name, value) => tell(family.id, { [name]: value })}
            isBusy={isBusy}
            {...(isStill && { onExport: () => void models.save(family.id, exported) })}
          />
        ))}
      </div>
    </>
  );
}
