/** @file Code to read, and to take along. */
import { useState } from "react";

export function Code({ text }: { readonly text: string }) {
  const [says, say] = useState("");
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => say("copied"),
      () => say("the browser does not let this page copy: choose the lines and copy them"),
    );
  };
  return (
    <>
      <pre className="code" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <div className="buttons copy">
        <button type="button" onClick={copy}>
          Copy the code
        </button>
        <span role="status">{says}</span>
      </div>
    </>
  );
}
