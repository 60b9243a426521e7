/** @file An error as people read it. */
import { explained } from "./explained.js";

export function ErrorText({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  return (
    <div className="error" role="alert">
      <p>{explained(error)}</p>
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
