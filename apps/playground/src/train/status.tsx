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
  readonly goOn?: (() => void) | undefined;
}

export function Status({ progress: { state, device = "", error }, note, goOn }: StatusProps) {
  return (
    <>
      <p className="status" role="status">
        {SAYS[state]} {state === "running" || state === "paused" || state === "done" ? device : ""}
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
            <button type="button" onClick={goOn}>
              Go on with wasm, from the last copy
            </button>
          )}
        </div>
      )}
    </>
  );
}
