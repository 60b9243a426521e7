/** @file What a training is doing, in a line, and what went wrong. */
import type { Progress } from "./session.js";

const SAYS = {
  idle: "Press Train. ONNX Runtime, 14 MB, or 27 MB with WebGPU, is fetched when it is first needed.",
  opening: "Fetching and starting ONNX Runtime …",
  running: "Training on",
  paused: "Paused, on",
  done: "Trained on",
  failed: "It stopped.",
} as const;

export interface StatusProps {
  readonly progress: Progress;
  /** What else there is to say. */
  readonly note?: string | undefined;
  readonly away: number | undefined;
  readonly goOn: ((device: "wasm" | "webgpu") => void) | undefined;
}

export function Status({ progress: { state, device = "", error }, note, away, goOn }: StatusProps) {
  return (
    <>
      <p className="status" role="status">
        {SAYS[state]} {state === "running" || state === "paused" || state === "done" ? device : ""}
        {state === "running" ? ". It goes on while this tab is hidden." : ""}
        {away === undefined ? null : (
          <>
            <br />
            While this tab was hidden it took {away} steps.
          </>
        )}
        {note === undefined ? null : (
          <>
            <br />
            {note}
          </>
        )}
      </p>
      {error === undefined ? null : (
        <div className="error" role="alert">
          <p>{error}</p>
          {goOn === undefined ? null : (
            <div className="buttons">
              <button type="button" className="primary" onClick={() => goOn("wasm")}>
                Go on with wasm
              </button>
              <button type="button" onClick={() => goOn("webgpu")}>
                Try WebGPU again
              </button>
            </div>
          )}
        </div>
      )}
    </>
  );
}
