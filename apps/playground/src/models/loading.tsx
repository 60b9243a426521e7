/** @file What stands on a page until its model is there: how far it is, or what went wrong. Its place is kept. */
import { ErrorText } from "../shell/error-text.js";
import { stopAll, STOPPED } from "./engine.js";
import type { ModelState } from "./use-model.js";

/** One line, as high with words as without. */
export function Loading({ of }: { readonly of: Exclude<ModelState, { readonly state: "ready" }> }) {
  if (of.state === "failed" && of.error !== STOPPED) return <ErrorText error={of.error} retry={of.retry} />;
  const { loaded, total } = (of.state === "loading" ? of.fetched : undefined) ?? { loaded: 0, total: 1 };
  return (
    <div className="loading">
      {of.state === "failed" ? (
        <>
          <span>The model was not fetched: you stopped it.</span>
          <button type="button" onClick={of.retry}>
            Fetch it
          </button>
        </>
      ) : (
        <>
          <progress value={loaded} max={total} aria-label="Fetching the model" />
          <span>{saysOf(loaded, total)}</span>
          <button type="button" onClick={stopAll}>
            Cancel
          </button>
        </>
      )}
    </div>
  );
}

function saysOf(loaded: number, total: number): string {
  if (loaded >= total) return "starting …";
  if (loaded === 0) return "fetching the model …";
  return `${megabytes(loaded)} of ${megabytes(total)} MB: ONNX Runtime and the model`;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
