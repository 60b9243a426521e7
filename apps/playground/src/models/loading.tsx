/** @file What stands on a page until its model is there: how far it is, or what went wrong. Its place is kept. */
import { ErrorText } from "../shell/error-text.js";
import type { ModelState } from "./use-model.js";

/** One line, as high with words as without. */
export function Loading({ of }: { readonly of: ModelState }) {
  if (of.state === "failed") return <ErrorText error={of.error} retry={of.retry} />;
  const { loaded, total } = (of.state === "loading" ? of.fetched : undefined) ?? { loaded: 0, total: 1 };
  const isWhole = loaded >= total;
  return (
    <div className="loading">
      {of.state === "ready" ? null : (
        <>
          <progress value={loaded} max={total} aria-label="Fetching the model" />
          <span>
            {isWhole
              ? "starting …"
              : loaded === 0
                ? "fetching the model …"
                : `fetching ONNX Runtime and the model: ${megabytes(loaded)} of ${megabytes(total)} MB`}
          </span>
        </>
      )}
    </div>
  );
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
