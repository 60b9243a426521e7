/** @file A shipped model for as long as a page shows it. */
import { useCallback, useEffect, useState } from "react";
import type { ModelName } from "../../shipped/models.js";
import { useAddress } from "../url-state.js";
import { openShipped, type OpenModel } from "./engine.js";
import { DEVICES } from "./home.js";
import type { Fetched } from "./protocol.js";

/** Where models run, as the address says. */
export const RUNS_ON = { device: DEVICES } as const;

export type ModelState =
  | { readonly state: "loading"; readonly fetched?: Fetched }
  | {
      readonly state: "ready";
      readonly model: OpenModel;
      /** Why it is on wasm though WebGPU was asked for, and a way to try that again. */
      readonly fallback?: { readonly why: string; readonly retry: () => void };
    }
  | { readonly state: "failed"; readonly error: unknown; readonly retry: () => void };

const LOADING: ModelState = { state: "loading" };

/** Opens a model on the device of the address, and closes it when the page goes or wants another. */
export function useModel(name: ModelName): ModelState {
  const [{ device }] = useAddress(RUNS_ON);
  const wanted = `${name} ${device}`;
  const [shown, setShown] = useState({ wanted, state: LOADING });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => {
    setShown({ wanted, state: LOADING });
    setAttempt((n) => n + 1);
  }, [wanted]);
  useEffect(() => {
    let isCurrent = true;
    const show = (state: ModelState): void => {
      if (isCurrent) setShown({ wanted, state });
    };
    let model: OpenModel | undefined;
    let why: string | undefined;
    const showReady = (): void => {
      if (model !== undefined) show({ state: "ready", model, ...(why !== undefined && { fallback: { why, retry } }) });
    };
    const showFailed = (error: unknown): void => show({ state: "failed", error, retry });
    const opening = openShipped(name, {
      device,
      onProgress: (fetched) => show({ state: "loading", fetched }),
      onOpening: (again) => {
        if (model !== undefined) again.then(showReady, showFailed);
      },
      onFallback: (reason) => (why = reason),
    });
    opening.then((opened) => {
      model = opened;
      showReady();
    }, showFailed);
    return () => {
      isCurrent = false;
      void opening.then(
        (model) => model.close(),
        () => undefined,
      );
    };
  }, [name, device, wanted, attempt, retry]);
  return shown.wanted === wanted ? shown.state : LOADING;
}
