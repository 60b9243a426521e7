/** @file A shipped model for as long as a page shows it. */
import { useCallback, useEffect, useState } from "react";
import type { ModelName } from "../../shipped/models.js";
import { openShipped, type OpenModel } from "./engine.js";
import type { Fetched } from "./protocol.js";

export type ModelState =
  | { readonly state: "loading"; readonly fetched?: Fetched }
  | { readonly state: "ready"; readonly model: OpenModel }
  | { readonly state: "failed"; readonly error: unknown; readonly retry: () => void };

const LOADING: ModelState = { state: "loading" };

/** Opens a model, and closes it when the page goes or wants another. */
export function useModel(name: ModelName): ModelState {
  const [shown, setShown] = useState({ name, state: LOADING });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => {
    setShown({ name, state: LOADING });
    setAttempt((n) => n + 1);
  }, [name]);
  useEffect(() => {
    let isCurrent = true;
    const show = (state: ModelState): void => {
      if (isCurrent) setShown({ name, state });
    };
    const opening = openShipped(name, (fetched) => show({ state: "loading", fetched }));
    opening.then(
      (model) => show({ state: "ready", model }),
      (error: unknown) => show({ state: "failed", error, retry }),
    );
    return () => {
      isCurrent = false;
      void opening.then(
        (model) => model.close(),
        () => undefined,
      );
    };
  }, [name, attempt, retry]);
  return shown.name === name ? shown.state : LOADING;
}
