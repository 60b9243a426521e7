/** @file A shipped model for as long as a page shows it. */
import { useCallback, useEffect, useState } from "react";
import type { ModelName } from "../../shipped/models.js";
import { openShipped, type OpenModel } from "./engine.js";
import type { Fetched } from "./protocol.js";

export type ModelState =
  | { readonly state: "loading"; readonly fetched?: Fetched }
  | { readonly state: "ready"; readonly model: OpenModel }
  | { readonly state: "failed"; readonly error: unknown; readonly retry: () => void };

export function useModel(name: ModelName): ModelState {
  const [shown, setShown] = useState<ModelState>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => {
    setShown({ state: "loading" });
    setAttempt((n) => n + 1);
  }, []);
  useEffect(() => {
    let isCurrent = true;
    const opening = openShipped(name, (fetched) => {
      if (isCurrent) setShown({ state: "loading", fetched });
    });
    opening.then(
      (model) => {
        if (isCurrent) setShown({ state: "ready", model });
      },
      (error: unknown) => {
        if (isCurrent) setShown({ state: "failed", error, retry });
      },
    );
    return () => {
      isCurrent = false;
      void opening.then(
        (model) => model.close(),
        () => undefined,
      );
    };
  }, [name, attempt, retry]);
  return shown;
}
